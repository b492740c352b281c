DELETE FROM orders WHERE order_id IN (
    SELECT order_id FROM orders WHERE placed_at_ms < ?1 AND state IN ('picked_up', 'cancelled') LIMIT ?2
)
