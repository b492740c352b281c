SELECT n, merchant_id, record FROM records WHERE digest IS NULL LIMIT ?1
