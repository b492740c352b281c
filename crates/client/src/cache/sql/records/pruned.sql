SELECT merchant_id FROM records WHERE deleted AND seq <= ?1 LIMIT 1000
