-- How many lines and edits each turn of the outbox has (`outbox.turn`), kept by triggers: a save and a batch must cost
-- the same with a hundred edits that wait as with a hundred thousand.
CREATE TABLE outbox_totals (
    turn    INTEGER PRIMARY KEY,
    changes INTEGER NOT NULL,
    edits   INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_totals SELECT turn, sum(changes), count(*) FROM outbox GROUP BY turn;
CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox BEGIN
    INSERT INTO outbox_totals VALUES (new.turn, new.changes, 1)
    ON CONFLICT (turn) DO UPDATE SET changes = changes + excluded.changes, edits = edits + 1;
END;
CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state, attempts ON outbox WHEN old.turn <> new.turn BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
    INSERT INTO outbox_totals VALUES (new.turn, new.changes, 1)
    ON CONFLICT (turn) DO UPDATE SET changes = changes + excluded.changes, edits = edits + 1;
END;

-- What is to be sent, in order: a batch reads a window of it.
DROP INDEX outbox_to_send;
CREATE INDEX outbox_open ON outbox (n) WHERE state IN ('queued', 'sending');

-- Answers that people decide about and that have not come back: a sync ends only when there are none.
CREATE INDEX outbox_in_review_to_come_back ON outbox (n)
WHERE state = 'in_review' AND come_back = 0 AND answered_seq IS NOT NULL;
