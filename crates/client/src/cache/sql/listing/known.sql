SELECT merchant_id, n, tokens_hash, name, address, region, category, status, hours, queued, rejected, contested, in_review,
       updated_ms
FROM listing WHERE merchant_id IN (SELECT value FROM json_each(?1))
