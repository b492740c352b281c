SELECT l.n, tokens_hash, name, address, region, category, status, hours, contested, l.updated_ms, name_key IS NOT NULL,
    queued, rejected, in_review, o.updated_ms
FROM listing l LEFT JOIN own_rows o ON o.n = l.n WHERE merchant_id = ?1
