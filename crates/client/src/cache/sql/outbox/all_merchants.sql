SELECT DISTINCT merchant_id FROM outbox
