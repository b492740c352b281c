SELECT merchant_id, seq, digest FROM records WHERE bucket = ?1
