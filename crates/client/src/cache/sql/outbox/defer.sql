-- Put off; still in doubt: the network may bring the same request once more.
UPDATE OR ROLLBACK outbox SET state = 'queued', not_before_ms = ?2, problem = ?3
WHERE n = ?1 AND state IN ('sending', 'queued')
RETURNING merchant_id
