SELECT DISTINCT merchant_id FROM outbox
WHERE state = 'in_review' AND come_back = 1
  AND NOT EXISTS (SELECT 1 FROM records WHERE records.merchant_id = outbox.merchant_id)
