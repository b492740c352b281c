UPDATE outbox SET not_before_ms = 0, problem = NULL
WHERE edit_id = ?1 AND state = 'queued'
RETURNING merchant_id
