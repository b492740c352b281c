-- An edit stands in the outbox under its own number (the counter of its dot), and no index has its id: a page less that a
-- save writes, and what is sent again stands where it was made. Who answers names edits that this device has just sent;
-- those it remembers. Edits that are not tried yet are almost all and stand in order already: only the others have an
-- index by turn.
CREATE TABLE outbox_next (
    n              INTEGER PRIMARY KEY,
    edit_id        TEXT    NOT NULL,
    merchant_id    TEXT    NOT NULL,
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
    come_back      INTEGER NOT NULL DEFAULT 0,
    quiet          INTEGER NOT NULL DEFAULT 0,
    problem        TEXT,
    decisions      TEXT,
    edit           TEXT    NOT NULL,
    turn           INTEGER NOT NULL AS (
        CASE state
            WHEN 'rejected' THEN 0
            WHEN 'in_review' THEN 2
            WHEN 'queued' THEN iif(attempts > 0, 1, 3)
            WHEN 'sending' THEN iif(attempts > 1, 1, 3)
            ELSE 9
        END) VIRTUAL
) STRICT;
-- A number that is none, or was given twice, cannot be; should it be, its edit stands ahead of the others.
INSERT INTO outbox_next (n, edit_id, merchant_id, bytes, changes, state, actor, actor_name, saved_ms, attempts,
    not_before_ms, doubts, answered_seq, answered_epoch, come_back, quiet, problem, decisions, edit)
SELECT iif(number > 0 AND row_number() OVER (PARTITION BY number ORDER BY n) = 1, number,
        -row_number() OVER (ORDER BY n DESC)),
    edit_id, merchant_id, bytes, changes, state, actor, actor_name, saved_ms, attempts,
    not_before_ms, doubts, answered_seq, answered_epoch, come_back, quiet, problem, decisions, edit
FROM (SELECT *, CAST(substr(dot, instr(dot, ':') + 1) AS INTEGER) AS number FROM (SELECT *, edit ->> 'dot' AS dot FROM outbox));
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE INDEX outbox_by_merchant ON outbox (merchant_id, n);
CREATE INDEX outbox_by_turn ON outbox (turn, n, changes, merchant_id) WHERE turn <> 3;
CREATE INDEX outbox_to_come_back ON outbox (answered_seq) WHERE answered_seq IS NOT NULL AND come_back = 0;
CREATE INDEX outbox_in_review_to_come_back ON outbox (n)
WHERE state = 'in_review' AND come_back = 0 AND answered_seq IS NOT NULL;
CREATE INDEX outbox_quiet ON outbox (merchant_id) WHERE quiet = 1;
CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state, attempts ON outbox WHEN old.turn <> new.turn BEGIN
    UPDATE outbox_totals SET changes = changes - old.changes, edits = edits - 1 WHERE turn = old.turn;
    UPDATE outbox_totals SET changes = changes + new.changes, edits = edits + 1 WHERE turn = new.turn;
END;
