UPDATE listing SET (updated_ms, settled_ms, tokens_hash) = (SELECT updated_ms, updated_ms, tokens_hash FROM own_rows o WHERE o.n = ?1)
WHERE n = ?1
