-- Of an edit in review only the fields wait about which people still choose: a JSON list that has for each line a list of
-- its registers, or nothing where all wait. What waits is counted by these; what is sent again waits in full.
ALTER TABLE outbox ADD COLUMN open_fields TEXT;
ALTER TABLE outbox ADD COLUMN lines INTEGER NOT NULL AS (
    iif(state = 'in_review' AND open_fields IS NOT NULL, json_array_length(open_fields), changes)
) VIRTUAL;
DROP INDEX outbox_by_turn;
CREATE INDEX outbox_by_turn ON outbox (turn, n, lines, merchant_id) WHERE turn <> 3;
DROP TRIGGER outbox_deleted;
DROP TRIGGER outbox_moved;
CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE outbox_totals SET changes = changes - old.lines, edits = edits - 1 WHERE turn = old.turn;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state, attempts, open_fields ON outbox
WHEN old.turn <> new.turn OR old.lines <> new.lines BEGIN
    UPDATE outbox_totals SET changes = changes - old.lines, edits = edits - 1 WHERE turn = old.turn;
    UPDATE outbox_totals SET changes = changes + new.lines, edits = edits + 1 WHERE turn = new.turn;
END;
