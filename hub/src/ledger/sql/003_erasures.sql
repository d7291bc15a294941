-- Erased subjects, and which operation names which photo.

CREATE TABLE erased (
    site     TEXT    NOT NULL,
    subject  TEXT    NOT NULL,              -- a loss report's id
    at       INTEGER NOT NULL,
    by       TEXT    NOT NULL,
    position INTEGER NOT NULL,              -- of its redact entry
    PRIMARY KEY (site, subject)
) STRICT;

CREATE TABLE photo_uses (
    site      TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    operation TEXT NOT NULL,
    PRIMARY KEY (site, sha256, operation)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO photo_uses (site, sha256, operation)
    SELECT o.site, json_extract(photo.value, '$.sha256'), o.id FROM operations o, json_each(o.content, '$.blobs') photo;
