-- The hub's ledger, version 1. Every table and key carries the site, so that a site is the unit of distribution.

CREATE TABLE sites (
    site      TEXT    NOT NULL PRIMARY KEY,
    head      INTEGER NOT NULL DEFAULT 0,
    head_hash BLOB    NOT NULL
) STRICT;

-- The site's own log: one row a position, chained.
CREATE TABLE entries (
    site      TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    what      TEXT    NOT NULL,              -- operation, verdict, import
    reference TEXT    NOT NULL,
    digest    BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    PRIMARY KEY (site, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    site           TEXT    NOT NULL,
    device         TEXT    NOT NULL,
    public_key     BLOB    NOT NULL,
    person         TEXT,
    name           TEXT    NOT NULL,
    epoch          INTEGER NOT NULL DEFAULT 1,
    acked_seq      INTEGER NOT NULL DEFAULT 0,
    acked_hash     BLOB    NOT NULL,
    head_seq       INTEGER,
    head_hash      BLOB,
    head_signature BLOB,
    nonce          TEXT    NOT NULL,
    scope          TEXT    NOT NULL,
    scope_version  INTEGER NOT NULL DEFAULT 1,
    enrolled_at    INTEGER NOT NULL,
    last_seen      INTEGER NOT NULL,
    PRIMARY KEY (site, device)
) STRICT;

-- Operations as they came, with what became of them.
CREATE TABLE operations (
    site        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    entity      TEXT    NOT NULL,
    hash        BLOB    NOT NULL,
    content     TEXT    NOT NULL,
    state       TEXT    NOT NULL,            -- applied, conflict, held, quarantined
    verdict     TEXT    NOT NULL,
    wait_for    TEXT,
    applied_at  INTEGER,                     -- the position at which it took effect
    amends      TEXT,
    amended_by  TEXT,
    discarded   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site, id)
) STRICT;
CREATE UNIQUE INDEX operations_by_seq ON operations (site, device, epoch, seq);
CREATE INDEX operations_by_position ON operations (site, position);
CREATE INDEX operations_by_entity ON operations (site, entity, applied_at);
CREATE INDEX operations_held ON operations (site, wait_for, position) WHERE wait_for IS NOT NULL;
CREATE INDEX operations_open ON operations (site, device, entity) WHERE state IN ('held', 'quarantined');

CREATE TABLE documents (
    site           TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    rev            INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    body           TEXT    NOT NULL,
    buckets        TEXT    NOT NULL,
    conflicts      TEXT    NOT NULL,
    person         TEXT,
    at             INTEGER NOT NULL,
    PRIMARY KEY (site, id)
) STRICT;
CREATE INDEX documents_by_kind ON documents (site, kind, at DESC, id);
CREATE INDEX documents_by_person ON documents (site, person, at) WHERE kind = 'check_in';

-- Where documents lie, and where they lay before.
CREATE TABLE document_buckets (
    site   TEXT    NOT NULL,
    bucket TEXT    NOT NULL,
    rev    INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    PRIMARY KEY (site, bucket, rev, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_buckets_by_id ON document_buckets (site, id);
CREATE TABLE departures (
    site     TEXT    NOT NULL,
    bucket   TEXT    NOT NULL,
    position INTEGER NOT NULL,
    id       TEXT    NOT NULL,
    PRIMARY KEY (site, bucket, position, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX departures_by_id ON departures (site, id, bucket);

-- Contacts, sealed under a key that lives elsewhere.
CREATE TABLE contacts (
    site      TEXT NOT NULL,
    operation TEXT NOT NULL,
    entity    TEXT NOT NULL,
    digest    BLOB NOT NULL,
    sealed    BLOB NOT NULL,
    PRIMARY KEY (site, operation)
) STRICT;
CREATE INDEX contacts_by_entity ON contacts (site, entity);

CREATE TABLE blobs (
    site   TEXT    NOT NULL,
    sha256 TEXT    NOT NULL,
    len    INTEGER NOT NULL,
    format TEXT    NOT NULL,
    device TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (site, sha256)
) STRICT;
CREATE TABLE uploads (
    site       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    device     TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    len        INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (site, id)
) STRICT;

CREATE TABLE enrol_codes (
    site       TEXT    NOT NULL,
    code_hash  BLOB    NOT NULL,
    person     TEXT,
    uses_left  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (site, code_hash)
) STRICT;
CREATE TABLE enrol_code_uses (
    site      TEXT NOT NULL,
    code_hash BLOB NOT NULL,
    device    TEXT NOT NULL,
    PRIMARY KEY (site, code_hash, device)
) STRICT;

-- Who read whose contact.
CREATE TABLE access_log (
    site    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    reader  TEXT    NOT NULL,
    subject TEXT    NOT NULL
) STRICT;
