-- Also whether a refresh token that it was exchanged for was exchanged in its turn.
SELECT a.actor_id, a.name, a.role, a.scope, t.family, t.used_at_ms, t.arrived, EXISTS (
    SELECT 1 FROM tokens AS n
    WHERE n.family = t.family AND n.parent = t.hash AND n.kind = 'refresh' AND n.used_at_ms IS NOT NULL
) AS succeeded
FROM tokens AS t
JOIN accounts AS a ON a.actor_id = t.actor_id
WHERE t.hash = ?1 AND t.kind = 'refresh' AND t.expires_at_ms > ?2
