-- Also whether it is the first sign that the answer to a refresh arrived.
SELECT a.actor_id, a.name, a.role, a.scope, t.expires_at_ms, coalesce(p.arrived = 0, 0) AS arrives
FROM tokens AS t
JOIN accounts AS a ON a.actor_id = t.actor_id
LEFT JOIN tokens AS p ON p.hash = t.parent
WHERE t.hash = ?1 AND t.kind = 'access' AND t.expires_at_ms > ?2
