SELECT merchant_id FROM records WHERE generation < ?1 LIMIT 1000
