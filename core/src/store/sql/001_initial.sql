-- The phone's database, version 1.

-- Single values: the device key, the enrolment, the cursor, what is known of the hub's clock.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The device's own log. A row is never rewritten; what changes is what became of it.
CREATE TABLE operations (
    seq         INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    id          BLOB    NOT NULL,
    kind        TEXT    NOT NULL,
    entity      TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    content     TEXT    NOT NULL,            -- the operation's JSON, as it travels
    state       INTEGER NOT NULL DEFAULT 0,  -- 0 pending, 1 applied, 2 conflict, 3 held, 4 quarantined
    replay      INTEGER NOT NULL DEFAULT 1,  -- 1 while the view needs it on top of the hub's documents
    verdict     TEXT,                        -- the verdict's JSON
    amends      BLOB,
    amended_by  BLOB,
    discarded   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX operations_by_id ON operations (id);
-- What is pending is to be replayed too: one index for both, since each costs a save a page.
CREATE INDEX operations_to_replay ON operations (entity, epoch, seq, state, replay) WHERE replay = 1;
CREATE INDEX operations_for_attention ON operations (state, epoch, seq) WHERE state > 1;

-- What everyone sees, with this phone's unsettled operations on top.
CREATE TABLE documents (
    id             TEXT    NOT NULL PRIMARY KEY,
    kind           TEXT    NOT NULL,
    rev            INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    person         TEXT,
    at             INTEGER NOT NULL,
    body           TEXT    NOT NULL,
    buckets        TEXT    NOT NULL,
    conflicts      TEXT    NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX documents_by_kind ON documents (kind, at DESC, id);

-- The hub's word on those documents of which the view shows more.
CREATE TABLE bases (
    id             TEXT    NOT NULL PRIMARY KEY,
    kind           TEXT    NOT NULL,
    rev            INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    person         TEXT,
    at             INTEGER NOT NULL,
    body           TEXT    NOT NULL,
    buckets        TEXT    NOT NULL,
    conflicts      TEXT    NOT NULL DEFAULT '[]'
) STRICT;

-- Contacts of tourists, apart from the operations that commit to them.
CREATE TABLE contacts (
    operation BLOB NOT NULL PRIMARY KEY,
    entity    TEXT NOT NULL,
    salt      BLOB NOT NULL,
    content   TEXT NOT NULL
) STRICT;
CREATE INDEX contacts_by_entity ON contacts (entity);

-- Tracking codes: the operations hold their digests alone.
CREATE TABLE tracking_codes (
    entity TEXT NOT NULL PRIMARY KEY,
    code   TEXT NOT NULL
) STRICT;

-- Photos, in chunks, so that none has to be in memory whole to be sent.
CREATE TABLE blobs (
    sha256    BLOB    NOT NULL PRIMARY KEY,
    len       INTEGER NOT NULL,
    format    TEXT    NOT NULL,
    width     INTEGER NOT NULL,
    height    INTEGER NOT NULL,
    state     INTEGER NOT NULL DEFAULT 0,    -- 0 attached, 1 named by an operation, 2 at the hub
    sent      INTEGER NOT NULL DEFAULT 0     -- bytes that the hub has, as far as is known
) STRICT;
CREATE INDEX blobs_to_send ON blobs (state) WHERE state = 1;
CREATE TABLE blob_chunks (
    sha256 BLOB    NOT NULL REFERENCES blobs (sha256) ON DELETE CASCADE,
    start  INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    PRIMARY KEY (sha256, start)
) STRICT, WITHOUT ROWID;

-- One sender at a time, across processes.
CREATE TABLE leases (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT    NOT NULL,
    boot_id    TEXT    NOT NULL,
    expires_ms INTEGER NOT NULL              -- of that boot's monotonic clock
) STRICT;
