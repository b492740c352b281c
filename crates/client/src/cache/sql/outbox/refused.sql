SELECT n, merchant_id, lines, edit FROM outbox WHERE turn = 0 AND turn <> 3 ORDER BY n
