-- Who shares a device, their PINs, codes that are reusable, and devices that were lost.

-- Everyone who holds or held a device: what they wrote while they did counts, whenever it comes.
CREATE TABLE device_persons (
    site    TEXT    NOT NULL,
    device  TEXT    NOT NULL,
    person  TEXT    NOT NULL,
    place   INTEGER NOT NULL,                -- the order in which they were named
    since   INTEGER NOT NULL,
    left_at INTEGER,                         -- from then on nothing of theirs is taken
    PRIMARY KEY (site, device, person)
) STRICT;
CREATE INDEX device_persons_by_person ON device_persons (site, person);
INSERT INTO device_persons (site, device, person, place, since)
    SELECT site, device, person, 0, enrolled_at FROM devices WHERE person IS NOT NULL;

-- What PINs are held against, by person. Only the devices that a person shares receive theirs.
CREATE TABLE pins (
    site     TEXT    NOT NULL,
    person   TEXT    NOT NULL,
    verifier TEXT    NOT NULL,
    set_at   INTEGER NOT NULL,
    PRIMARY KEY (site, person)
) STRICT;

-- A lost device: refused from then on, and told to forget everything where that was ordered.
ALTER TABLE devices ADD COLUMN revoked_at INTEGER;
ALTER TABLE devices ADD COLUMN wipe INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN wipe_told_at INTEGER;

-- Codes for several persons, and the public ones of tourists.
ALTER TABLE enrol_codes ADD COLUMN persons TEXT;        -- JSON, where several share the phone
ALTER TABLE enrol_codes ADD COLUMN per_hour INTEGER;    -- phones in an hour, for a code that is not used up
ALTER TABLE enrol_codes ADD COLUMN revoked_at INTEGER;
ALTER TABLE enrol_code_uses ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX enrol_code_uses_by_time ON enrol_code_uses (site, code_hash, at);
