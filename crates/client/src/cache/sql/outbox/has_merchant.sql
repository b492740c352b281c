SELECT 1 FROM outbox WHERE merchant_id = ?1 LIMIT 1
