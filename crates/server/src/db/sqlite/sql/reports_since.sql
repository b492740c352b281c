SELECT place, order_id, event, at_ms
FROM order_events
WHERE place > ?1 AND event <> 'notified'
ORDER BY place
LIMIT 10000
