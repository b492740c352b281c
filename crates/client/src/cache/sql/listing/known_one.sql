SELECT n, tokens_hash, name, address, region, category, status FROM listing WHERE merchant_id = ?1
