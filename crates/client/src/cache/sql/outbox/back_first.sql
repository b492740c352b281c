-- ?1 merchants. Their edits that have come back and of which no reading has taken note before.
SELECT merchant_id, edit_id FROM outbox
WHERE come_back = 1 AND state IN ('applied', 'merged', 'in_review')
  AND merchant_id IN (SELECT value FROM json_each(?1))
  AND NOT EXISTS (SELECT 1 FROM sent WHERE sent.edit_id = outbox.edit_id)
