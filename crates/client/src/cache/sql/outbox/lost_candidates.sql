-- ?1 the merchants, or nothing for all
SELECT merchant_id, edit FROM sent
WHERE state IN ('applied', 'merged', 'accepted', 'declined')
  AND (?1 IS NULL OR merchant_id IN (SELECT value FROM json_each(?1)))
  AND NOT EXISTS (SELECT 1 FROM outbox
      WHERE outbox.merchant_id = sent.merchant_id AND outbox.edit_id = sent.edit_id)
ORDER BY n
