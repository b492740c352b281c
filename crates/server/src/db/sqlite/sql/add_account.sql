INSERT INTO accounts (actor_id, kind, name, role, scope, secret, created_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (actor_id) DO NOTHING
