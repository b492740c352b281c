SELECT n, iif(state = 'in_review', edit, ''), state, decisions FROM outbox
WHERE come_back = 1 AND state IN ('applied', 'merged', 'in_review')
  AND merchant_id IN (SELECT value FROM json_each(?1))
