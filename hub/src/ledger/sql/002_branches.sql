-- Branches of devices' logs, and of the hub's own; what a bucket holds in one number; which backups there are.

-- A cloned phone, or one that was put back from a backup, goes on on a branch of its own.
CREATE TABLE branches (
    site           TEXT    NOT NULL,
    device         TEXT    NOT NULL,
    epoch          INTEGER NOT NULL,
    claim          TEXT    NOT NULL,         -- what the phone asked with, so that asking twice gives one branch; empty for the first
    acked_seq      INTEGER NOT NULL,
    acked_hash     BLOB    NOT NULL,
    head_seq       INTEGER,
    head_hash      BLOB,
    head_signature BLOB,
    opened_at      INTEGER NOT NULL,
    frozen_at      INTEGER,                  -- from then on nothing is added
    PRIMARY KEY (site, device, epoch)
) STRICT;
CREATE UNIQUE INDEX branches_by_claim ON branches (site, device, claim) WHERE claim <> '';
INSERT INTO branches (site, device, epoch, claim, acked_seq, acked_hash, head_seq, head_hash, head_signature, opened_at)
    SELECT site, device, epoch, '', acked_seq, acked_hash, head_seq, head_hash, head_signature, enrolled_at FROM devices;
ALTER TABLE devices DROP COLUMN epoch;
ALTER TABLE devices DROP COLUMN acked_seq;
ALTER TABLE devices DROP COLUMN acked_hash;
ALTER TABLE devices DROP COLUMN head_seq;
ALTER TABLE devices DROP COLUMN head_hash;
ALTER TABLE devices DROP COLUMN head_signature;

-- Operations that came again on another branch: they took effect once, and stand in both chains.
CREATE TABLE repeats (
    site     TEXT    NOT NULL,
    device   TEXT    NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    id       TEXT    NOT NULL,
    position INTEGER NOT NULL,
    content  TEXT    NOT NULL,
    verdict  TEXT,                           -- its own verdict, where it is not the one of the first
    PRIMARY KEY (site, device, epoch, seq)
) STRICT;
CREATE INDEX repeats_by_position ON repeats (site, position);
CREATE INDEX repeats_by_id ON repeats (site, id);

-- Branches of the site's own log: each restored backup begins one.
CREATE TABLE log_epochs (
    site        TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    began_after INTEGER NOT NULL,            -- the last position that it shares with the one before
    at          INTEGER NOT NULL,
    PRIMARY KEY (site, epoch)
) STRICT;
INSERT INTO log_epochs (site, epoch, began_after, at) SELECT site, 1, 0, 0 FROM sites;

-- Backups that are complete: what they hold survives the loss of this disk.
CREATE TABLE backups (
    site     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (site, position, at)
) STRICT;

-- What a bucket holds, in a number that does not depend on the order in which it came.
CREATE TABLE bucket_digests (
    site      TEXT    NOT NULL,
    bucket    TEXT    NOT NULL,
    documents INTEGER NOT NULL,
    sum       BLOB    NOT NULL,
    PRIMARY KEY (site, bucket)
) STRICT;
