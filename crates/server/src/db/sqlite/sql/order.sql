SELECT
    o.order_id, o.merchant_id, coalesce(m.name, '') AS merchant_name, o.state, o.items, o.items_done,
    o.placed_at_ms, o.ready_at_ms, o.courier_arrived_at_ms, o.picked_up_at_ms, o.notified_at_ms
FROM orders AS o
LEFT JOIN merchants AS m ON m.merchant_id = o.merchant_id
WHERE o.order_id = ?1
