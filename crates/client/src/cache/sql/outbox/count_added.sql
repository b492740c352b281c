-- ?1 lines and ?2 edits that are not tried yet
UPDATE OR ROLLBACK outbox_totals SET changes = changes + ?1, edits = edits + ?2 WHERE turn = 3
