SELECT n, record FROM records WHERE merchant_id = ?1
