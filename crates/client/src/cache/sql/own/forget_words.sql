UPDATE own_rows SET tokens_hash = 0 WHERE n > ?1 AND n <= ?2
