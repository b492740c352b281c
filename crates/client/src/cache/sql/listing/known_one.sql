SELECT l.n, coalesce(o.tokens_hash, l.tokens_hash), name, address, region, category, status, hours, contested,
    coalesce(o.updated_ms, l.updated_ms), name_key IS NOT NULL, queued, rejected, in_review
FROM listing l LEFT JOIN own_rows o ON o.n = l.n WHERE merchant_id = ?1
