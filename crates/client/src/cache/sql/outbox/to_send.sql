SELECT n, merchant_id, state, actor, not_before_ms, bytes FROM outbox
WHERE state IN ('queued', 'sending') AND n > ?1 ORDER BY n LIMIT ?2
