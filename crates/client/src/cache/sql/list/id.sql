SELECT merchant_id FROM listing WHERE n = ?1
