UPDATE OR ROLLBACK outbox_totals SET list_version = list_version + 1 WHERE turn = -1
