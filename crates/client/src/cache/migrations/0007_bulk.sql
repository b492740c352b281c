-- Bulk edits. `stores`: merchants that were planned; `saved`: those that have an edit, written with the edits.
CREATE TABLE bulk_edits (
    n          INTEGER PRIMARY KEY AUTOINCREMENT,
    bulk_id    TEXT    NOT NULL UNIQUE,
    registers  TEXT    NOT NULL,
    actor_name TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    stores     INTEGER NOT NULL,
    saved      INTEGER NOT NULL DEFAULT 0,
    begun_ms   INTEGER NOT NULL
) STRICT;

-- Their edits. `writes`: what each one wrote, for an undo when the edit itself is no longer kept.
CREATE TABLE bulk_rows (
    bulk        INTEGER NOT NULL,
    row         INTEGER NOT NULL,
    merchant_id TEXT    NOT NULL,
    edit_id     TEXT    NOT NULL,
    writes      TEXT    NOT NULL,
    undone      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (bulk, row)
) STRICT, WITHOUT ROWID;
