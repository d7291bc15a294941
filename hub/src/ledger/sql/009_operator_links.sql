-- Links by which a venue's operator sees one notice and sends photos: kept as digests, so that no backup opens anything.
CREATE TABLE operator_links (
    site    TEXT    NOT NULL,
    hash    BLOB    NOT NULL,
    notice  TEXT    NOT NULL,
    hazard  TEXT    NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (site, hash)
) STRICT, WITHOUT ROWID;
