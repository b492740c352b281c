SELECT a.actor_id, a.name, a.role, a.scope, t.family, t.used_at_ms
FROM tokens AS t
JOIN accounts AS a ON a.actor_id = t.actor_id
WHERE t.hash = ?1 AND t.kind = 'refresh' AND t.expires_at_ms > ?2
