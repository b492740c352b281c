-- A save writes few pages of the file: each is written to the log before the disk has it.

-- Beside the totals, in a row of no turn: the number of this device's last edit, and its clock (domain::Hlc, two's
-- complement). A save changes the totals anyway.
DROP TRIGGER outbox_inserted;
DROP TRIGGER outbox_deleted;
DROP TRIGGER outbox_moved;
ALTER TABLE outbox_totals ADD COLUMN counter INTEGER;
ALTER TABLE outbox_totals ADD COLUMN clock INTEGER;
-- The clock was kept as 16 hexadecimal digits.
INSERT INTO outbox_totals (turn, changes, edits, counter, clock)
SELECT -1, 0, 0,
    coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'counter'), 0),
    coalesce((
        WITH RECURSIVE digits (place, number) AS (
            SELECT 0, 0
            UNION ALL
            SELECT place + 1, (number << 4) | (instr('0123456789abcdef', substr(value, place + 1, 1)) - 1)
            FROM digits, meta WHERE key = 'hlc' AND place < 16
        )
        SELECT number FROM digits WHERE place = 16
    ), 0);
DELETE FROM meta WHERE key IN ('counter', 'hlc');

-- Without AUTOINCREMENT: its table of sequences is a page of its own, and the place of an edit need not outlive its row.
CREATE TABLE outbox_next (
    n              INTEGER PRIMARY KEY,
    edit_id        TEXT    NOT NULL UNIQUE,
    merchant_id    TEXT    NOT NULL,
    edit           TEXT    NOT NULL,
    bytes          INTEGER NOT NULL,
    changes        INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    actor          TEXT,
    actor_name     TEXT    NOT NULL,
    saved_ms       INTEGER NOT NULL,
    attempts       INTEGER NOT NULL DEFAULT 0,
    not_before_ms  INTEGER NOT NULL DEFAULT 0,
    doubts         INTEGER NOT NULL DEFAULT 0,
    answered_seq   INTEGER,
    answered_epoch TEXT,
    decisions      TEXT,
    come_back      INTEGER NOT NULL DEFAULT 0,
    problem        TEXT,
    quiet          INTEGER NOT NULL DEFAULT 0,
    turn           INTEGER NOT NULL AS (
        CASE state
            WHEN 'rejected' THEN 0
            WHEN 'in_review' THEN 2
            WHEN 'queued' THEN iif(attempts > 0, 1, 3)
            WHEN 'sending' THEN iif(attempts > 1, 1, 3)
            ELSE 9
        END) VIRTUAL
) STRICT;
INSERT INTO outbox_next (n, edit_id, merchant_id, edit, bytes, changes, state, actor, actor_name, saved_ms, attempts,
    not_before_ms, doubts, answered_seq, answered_epoch, decisions, come_back, problem, quiet)
SELECT n, edit_id, merchant_id, edit, bytes, changes, state, actor, actor_name, saved_ms, attempts,
    not_before_ms, doubts, answered_seq, answered_epoch, decisions, come_back, problem, quiet
FROM outbox ORDER BY n;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE INDEX outbox_by_merchant ON outbox (merchant_id, n);
CREATE INDEX outbox_to_come_back ON outbox (answered_seq) WHERE answered_seq IS NOT NULL AND come_back = 0;
-- What is to be sent is in it under 1 and 3.
CREATE INDEX outbox_by_turn ON outbox (turn, n, changes, merchant_id);
CREATE INDEX outbox_in_review_to_come_back ON outbox (n)
WHERE state = 'in_review' AND come_back = 0 AND answered_seq IS NOT NULL;

CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox BEGIN
    INSERT INTO outbox_totals (turn, changes, edits) VALUES (new.turn, new.changes, 1)
    ON CONFLICT (turn) DO UPDATE SET changes = changes + excluded.changes, edits = edits + 1;
END;
CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state, attempts ON outbox WHEN old.turn <> new.turn BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
    INSERT INTO outbox_totals (turn, changes, edits) VALUES (new.turn, new.changes, 1)
    ON CONFLICT (turn) DO UPDATE SET changes = changes + excluded.changes, edits = edits + 1;
END;
