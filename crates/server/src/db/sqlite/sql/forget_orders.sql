DELETE FROM orders WHERE placed_at_ms < ?1 AND state IN ('picked_up', 'cancelled')
