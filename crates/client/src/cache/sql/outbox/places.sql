SELECT edit_id, n, merchant_id FROM outbox WHERE edit_id IN (SELECT value FROM json_each(?1))
