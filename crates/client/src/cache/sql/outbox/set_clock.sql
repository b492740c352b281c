UPDATE outbox_totals SET clock = ?1 WHERE turn = -1
