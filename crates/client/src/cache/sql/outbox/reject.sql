UPDATE OR ROLLBACK outbox SET state = 'rejected', problem = ?2, not_before_ms = 0
WHERE n = ?1 AND state IN ('sending', 'queued')
RETURNING merchant_id
