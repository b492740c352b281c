SELECT r.record FROM listing l JOIN records r ON r.merchant_id = l.merchant_id
WHERE l.contested > 0 ORDER BY l.updated_ms LIMIT ?1
