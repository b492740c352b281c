SELECT n, merchant_id FROM outbox WHERE edit_id = ?1
