-- Shifts and tours by person, and whose entries of the personnel base its own imports keep.

-- Each check-in asks for its author's running shift and tour. Of their own kinds alone, so that no other write pays for them.
CREATE INDEX documents_shifts ON documents (site, person, at) WHERE kind = 'shift';
CREATE INDEX documents_tours ON documents (site, person, at) WHERE kind = 'tour';

-- What a site file says of these persons, or no longer says, counts no more.
CREATE TABLE personnel (
    site   TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;
