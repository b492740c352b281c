SELECT n, tokens_hash, name, address, region, category, status, hours, queued, rejected, contested, in_review, updated_ms,
    name_key IS NOT NULL
FROM listing WHERE merchant_id = ?1
