-- Both in order, so that they are merged and not sorted.
SELECT n, merchant_id, state, actor, not_before_ms, bytes FROM outbox WHERE turn = 1 AND turn <> 3 AND n > ?1
UNION ALL
SELECT n, merchant_id, state, actor, not_before_ms, bytes FROM outbox WHERE turn = 3 AND n > ?1
ORDER BY n LIMIT ?2
