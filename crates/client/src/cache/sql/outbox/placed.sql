SELECT n, edit FROM outbox WHERE merchant_id IN (SELECT value FROM json_each(?1))
