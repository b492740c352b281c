-- Every schema that was ever in force, with who made it. Never changed: the newest is in force, the newest of the major
-- before is what devices of that major get.
CREATE TABLE schema_versions (
    place      INTEGER PRIMARY KEY,
    version    TEXT NOT NULL,
    major      INTEGER NOT NULL,
    program    TEXT NOT NULL, -- version of the registers that the program brought
    at_ms      INTEGER NOT NULL,
    actor      TEXT,          -- null where a newer program made it
    actor_name TEXT NOT NULL,
    steps      TEXT NOT NULL, -- JSON: field and what happened to it
    custom     TEXT NOT NULL  -- JSON: the declared fields
);
CREATE INDEX schema_versions_major ON schema_versions (major, place);
