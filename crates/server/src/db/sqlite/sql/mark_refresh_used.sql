UPDATE tokens SET used_at_ms = ?2 WHERE hash = ?1
