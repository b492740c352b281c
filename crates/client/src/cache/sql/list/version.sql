SELECT list_version FROM outbox_totals WHERE turn = -1
