UPDATE OR ROLLBACK outbox SET state = 'sending', attempts = attempts + 1, doubts = doubts + 1, not_before_ms = 0
WHERE n = ?1
