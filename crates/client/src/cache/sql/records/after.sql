SELECT merchant_id, record FROM records WHERE merchant_id > ?1 ORDER BY merchant_id LIMIT ?2
