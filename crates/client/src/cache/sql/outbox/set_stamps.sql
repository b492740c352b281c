UPDATE outbox_totals SET counter = ?1, clock = ?2 WHERE turn = -1
