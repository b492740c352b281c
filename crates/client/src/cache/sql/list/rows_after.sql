SELECT n, merchant_id FROM listing WHERE n > ?1 ORDER BY n LIMIT ?2
