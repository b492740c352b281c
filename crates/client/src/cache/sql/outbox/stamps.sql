SELECT counter, clock FROM outbox_totals WHERE turn = -1
