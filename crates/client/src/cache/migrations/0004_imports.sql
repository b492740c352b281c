-- Where the columns of each source's files went, newest version last.
CREATE TABLE import_mappings (
    source   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    mapping  TEXT    NOT NULL,
    saved_ms INTEGER NOT NULL,
    PRIMARY KEY (source, version)
) STRICT, WITHOUT ROWID;

-- Imports. `position` is the last row whose batch is committed, written with the batch itself: after a crash the same
-- file goes on behind it.
CREATE TABLE imports (
    n          INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id  TEXT    NOT NULL UNIQUE,
    source     TEXT    NOT NULL,
    file_name  TEXT    NOT NULL,
    digest     TEXT    NOT NULL,
    headers    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    counts     TEXT    NOT NULL,
    actor_name TEXT    NOT NULL,
    begun_ms   INTEGER NOT NULL,
    ended_ms   INTEGER
) STRICT;
CREATE INDEX imports_by_file ON imports (source, digest);

-- Their rows. `remarks`: problems and warnings. `cells`: of rows that failed. `undo`: the writes of an update, or the
-- digest of what a new merchant showed. `undone`: 1 when the row was looked at by an undo.
CREATE TABLE import_rows (
    import      INTEGER NOT NULL,
    row         INTEGER NOT NULL,
    outcome     TEXT    NOT NULL,
    merchant_id TEXT,
    remarks     TEXT,
    cells       TEXT,
    undo        TEXT,
    undone      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import, row)
) STRICT, WITHOUT ROWID;
