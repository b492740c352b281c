SELECT merchant_id, name, address, region, category, status, hours, coalesce(queued, 0), coalesce(rejected, 0), contested,
    coalesce(in_review, 0), coalesce(o.updated_ms, l.updated_ms)
FROM listing l LEFT JOIN own_rows o ON o.n = l.n WHERE merchant_id = ?1
