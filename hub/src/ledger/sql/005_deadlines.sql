-- When the hub's clock changes a document next. A row says no more than that it has to be looked at then: the document knows. Each
-- step is an entry `due` of the site's log.
CREATE TABLE deadlines (
    site TEXT    NOT NULL,
    id   TEXT    NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_by_time ON deadlines (site, at);

-- Who is on duty is asked in the minute that counts, among the shifts of years.
CREATE INDEX documents_on_duty ON documents (site, id) WHERE kind = 'shift' AND json_extract(body, '$.state') = 'active';
-- Who was sent to a call.
CREATE INDEX documents_of_call ON documents (site, json_extract(body, '$.call')) WHERE kind = 'assignment';
