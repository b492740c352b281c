SELECT n, merchant_id, state, actor, not_before_ms, bytes FROM outbox
WHERE state IN ('queued', 'sending') ORDER BY n
