SELECT o.edit_id, o.merchant_id, coalesce(l.name, '') AS name, o.edit, o.state, o.turn, o.actor_name, o.saved_ms,
       o.attempts, o.not_before_ms, o.problem, o.open_fields
FROM json_each(?1) asked
JOIN outbox o ON o.n = asked.value
LEFT JOIN listing l ON l.merchant_id = o.merchant_id
ORDER BY asked.key
