-- What documents say that figures count. A fact holds from the position that wrote it until the one that took it back: a figure as of a
-- position counts those that hold there. Rows are derived from the documents, in the transaction that writes them.
CREATE TABLE facts (
    site           TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    at             INTEGER NOT NULL,
    until          INTEGER,
    subject        TEXT    NOT NULL,
    party          TEXT    NOT NULL,
    place          TEXT    NOT NULL,
    value          INTEGER NOT NULL,
    detail         TEXT,
    document       TEXT    NOT NULL,
    from_position  INTEGER NOT NULL,
    until_position INTEGER                   -- absent while it holds
) STRICT;
CREATE INDEX facts_by_time ON facts (site, kind, at, until, place, from_position, until_position);
CREATE INDEX facts_of_subject ON facts (site, kind, subject, party, at);
CREATE INDEX facts_of_place ON facts (site, place, at) WHERE kind = 'check_in';
CREATE INDEX facts_of_document ON facts (site, document) WHERE until_position IS NULL;
CREATE INDEX facts_not_over ON facts (site, until, at) WHERE kind = 'hazard_found';

-- The first check-in of each turn (subject a shift, party who) and of each quarter of an hour of each zone (subject the zone, party the
-- quarter): a year of check-ins is counted by these, without looking at each.
CREATE TABLE first_check_ins (
    site           TEXT    NOT NULL,
    of             TEXT    NOT NULL,         -- turn, quarter
    at             INTEGER NOT NULL,
    subject        TEXT    NOT NULL,
    party          TEXT    NOT NULL,
    from_position  INTEGER NOT NULL,
    until_position INTEGER,
    PRIMARY KEY (site, of, at, subject, party, from_position)
) STRICT, WITHOUT ROWID;
CREATE INDEX first_check_ins_now ON first_check_ins (site, of, subject, party) WHERE until_position IS NULL;
