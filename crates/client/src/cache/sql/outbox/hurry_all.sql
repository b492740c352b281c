UPDATE outbox SET not_before_ms = 0 WHERE not_before_ms > 0
