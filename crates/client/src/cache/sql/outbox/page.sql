SELECT o.edit_id, o.merchant_id, coalesce(l.name, '') AS name, o.edit, o.state, o.turn, o.actor_name, o.saved_ms,
       o.attempts, o.not_before_ms, o.problem, p.before
FROM (SELECT n, turn, sum(changes) OVER (ORDER BY turn, n) - changes AS before, changes
      FROM outbox WHERE turn BETWEEN ?1 AND ?2) p
JOIN outbox o ON o.n = p.n
LEFT JOIN listing l ON l.merchant_id = o.merchant_id
WHERE p.before + p.changes > ?3
ORDER BY p.turn, p.n LIMIT ?4
