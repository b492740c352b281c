SELECT seq, record FROM merchants WHERE merchant_id = ?1
