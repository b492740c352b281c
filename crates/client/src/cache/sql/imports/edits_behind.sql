SELECT n, merchant_id FROM outbox WHERE n > ?1 ORDER BY n LIMIT ?2
