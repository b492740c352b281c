SELECT merchant_id FROM listing WHERE merchant_id > ?1 ORDER BY merchant_id LIMIT ?2
