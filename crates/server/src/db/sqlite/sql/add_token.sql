INSERT INTO tokens (hash, kind, actor_id, family, expires_at_ms, parent) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
