INSERT INTO tokens (hash, kind, actor_id, family, expires_at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
