SELECT merchant_id, n, tokens_hash FROM listing WHERE merchant_id IN (SELECT value FROM json_each(?1))
