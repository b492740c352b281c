SELECT r.record FROM listing l JOIN records r ON r.merchant_id = l.merchant_id LEFT JOIN own_rows o ON o.n = l.n
WHERE l.contested > 0 ORDER BY coalesce(o.updated_ms, l.updated_ms) LIMIT ?1
