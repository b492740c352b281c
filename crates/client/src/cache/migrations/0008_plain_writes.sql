-- A save writes fewer pages still, and none of them is copied before.
--
-- Before a statement that changes several rows and may fail in its middle, SQLite copies every page that it changes. What
-- triggers write cannot fail here: the totals have a row for each turn from the beginning, so that triggers only add to
-- them, and the columns that they add to have no constraint. The statements with triggers say OR ROLLBACK: when an edit
-- has no place, the whole transaction has none.
DROP TRIGGER outbox_inserted;
DROP TRIGGER outbox_deleted;
DROP TRIGGER outbox_moved;
-- In the row of no turn (-1) also the version of the list, which changes with every save.
CREATE TABLE outbox_totals_next (
    turn         INTEGER PRIMARY KEY,
    changes      INTEGER,
    edits        INTEGER,
    counter      INTEGER,
    clock        INTEGER,
    list_version INTEGER
) STRICT;
INSERT INTO outbox_totals_next (turn, changes, edits, counter, clock, list_version)
SELECT turn, changes, edits, counter, clock, NULL FROM outbox_totals;
INSERT OR IGNORE INTO outbox_totals_next (turn, changes, edits)
VALUES (-1, 0, 0), (0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (9, 0, 0);
UPDATE outbox_totals_next
SET list_version = coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'list_version'), 0)
WHERE turn = -1;
DELETE FROM meta WHERE key = 'list_version';
DROP TABLE outbox_totals;
ALTER TABLE outbox_totals_next RENAME TO outbox_totals;
CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox BEGIN
    UPDATE outbox_totals SET changes = changes + new.changes, edits = edits + 1 WHERE turn = new.turn;
END;
CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state, attempts ON outbox WHEN old.turn <> new.turn BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
    UPDATE outbox_totals SET changes = changes + new.changes, edits = edits + 1 WHERE turn = new.turn;
END;

DROP TRIGGER listing_inserted;
DROP TRIGGER listing_deleted;
DROP TRIGGER listing_recategorised;
CREATE TABLE categories_next (
    category  TEXT    PRIMARY KEY,
    merchants INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO categories_next SELECT category, merchants FROM categories;
DROP TABLE categories;
ALTER TABLE categories_next RENAME TO categories;
CREATE TRIGGER listing_inserted AFTER INSERT ON listing BEGIN
    INSERT INTO categories VALUES (new.category, 1)
    ON CONFLICT (category) DO UPDATE SET merchants = merchants + 1;
END;
CREATE TRIGGER listing_deleted AFTER DELETE ON listing BEGIN
    UPDATE categories SET merchants = merchants - 1 WHERE category = old.category;
    DELETE FROM categories WHERE category = old.category AND merchants = 0;
END;
CREATE TRIGGER listing_recategorised AFTER UPDATE OF category ON listing WHEN old.category <> new.category BEGIN
    UPDATE categories SET merchants = merchants - 1 WHERE category = old.category;
    DELETE FROM categories WHERE category = old.category AND merchants = 0;
    INSERT INTO categories VALUES (new.category, 1)
    ON CONFLICT (category) DO UPDATE SET merchants = merchants + 1;
END;

-- A row is in one of the two orders by time: in `listing_pending` as long as own changes wait, else in this one. The list
-- merges them.
DROP INDEX listing_by_updated;
CREATE INDEX listing_by_updated ON listing (updated_ms) WHERE queued = 0;
