UPDATE OR ROLLBACK outbox SET state = 'queued', not_before_ms = ?2, problem = ?3, doubts = max(0, doubts - 1)
WHERE edit_id = ?1 AND state IN ('sending', 'queued')
RETURNING merchant_id
