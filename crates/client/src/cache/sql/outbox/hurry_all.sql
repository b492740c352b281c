UPDATE outbox SET not_before_ms = 0 WHERE turn = 1 AND turn <> 3 AND not_before_ms > 0
