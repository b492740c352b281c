SELECT coalesce(o.updated_ms, l.updated_ms) FROM listing l LEFT JOIN own_rows o ON o.n = l.n WHERE l.n = ?1
