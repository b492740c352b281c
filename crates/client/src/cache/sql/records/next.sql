SELECT n, merchant_id, record, digest, bucket FROM records WHERE n > ?1 ORDER BY n LIMIT ?2
