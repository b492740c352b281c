UPDATE tokens SET used_at_ms = ?2 WHERE hash = ?1 AND used_at_ms IS NULL
