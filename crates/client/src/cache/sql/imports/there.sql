SELECT EXISTS (SELECT 1 FROM records WHERE merchant_id = ?1) OR EXISTS (SELECT 1 FROM outbox WHERE merchant_id = ?1)
