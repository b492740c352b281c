SELECT edit FROM sent
WHERE state IN ('applied', 'merged', 'accepted', 'declined')
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.edit_id = sent.edit_id)
ORDER BY n
