SELECT n FROM listing WHERE merchant_id IN (?1, ?2) ORDER BY merchant_id = ?1 DESC LIMIT 1
