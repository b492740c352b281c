-- ?1 the row after which it goes on, ?2 how many rows
SELECT n, edit FROM sent
WHERE n > ?1 AND state IN ('applied', 'merged', 'accepted', 'declined')
  AND NOT EXISTS (SELECT 1 FROM outbox
      WHERE outbox.merchant_id = sent.merchant_id AND outbox.edit_id = sent.edit_id)
ORDER BY n LIMIT ?2
