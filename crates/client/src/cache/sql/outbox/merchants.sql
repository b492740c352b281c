SELECT count(DISTINCT merchant_id) FROM outbox WHERE turn < 9
