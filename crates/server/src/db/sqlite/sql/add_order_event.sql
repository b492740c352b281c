INSERT INTO order_events (order_id, event, at_ms, actor) VALUES (?1, ?2, ?3, ?4)
