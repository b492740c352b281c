SELECT merchant_id, seq, record FROM records WHERE merchant_id IN (SELECT value FROM json_each(?1))
