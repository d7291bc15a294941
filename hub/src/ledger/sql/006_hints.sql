-- Urgent operations that a phone told ahead of their turn: shown as unconfirmed, applied by nobody. The log brings the proof.
CREATE TABLE hints (
    site            TEXT    NOT NULL,
    device          TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    content         TEXT    NOT NULL,
    contradicted_at INTEGER,                 -- when the log brought something else
    PRIMARY KEY (site, device, id)
) STRICT;
CREATE INDEX hints_by_time ON hints (site, received_at);
