UPDATE orders SET notified_at_ms = ?2 WHERE order_id = ?1 AND notified_at_ms IS NULL
