-- In which quarters of an hour somebody was to be in a zone, and in which somebody was: a row a zone and day (UTC, since 1970), a bit a
-- quarter. It says what holds now and is derived from `facts`: a year of shifts is covered by a few hundred rows.
CREATE TABLE zone_days (
    site    TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    zone    TEXT    NOT NULL,
    planned BLOB    NOT NULL,
    seen    BLOB    NOT NULL,
    PRIMARY KEY (site, day, zone)
) STRICT, WITHOUT ROWID;
