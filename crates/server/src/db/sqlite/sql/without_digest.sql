SELECT seq, merchant_id, record FROM merchants WHERE bucket IS NULL LIMIT ?1
