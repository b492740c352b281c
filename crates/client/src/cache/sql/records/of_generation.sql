SELECT merchant_id, record FROM records WHERE generation = ?2 AND merchant_id IN (SELECT value FROM json_each(?1))
