INSERT INTO orders (
    order_id, merchant_id, state, items, items_done, placed_at_ms, ready_at_ms,
    courier_arrived_at_ms, picked_up_at_ms
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (order_id) DO UPDATE SET
    -- Ready, once reported, stays ready until somebody takes or cancels the order.
    state = CASE
        WHEN orders.state = 'ready' AND excluded.state IN ('placed', 'preparing') THEN 'ready'
        ELSE excluded.state
    END,
    items_done = max(orders.items_done, excluded.items_done),
    ready_at_ms = coalesce(orders.ready_at_ms, excluded.ready_at_ms),
    courier_arrived_at_ms = coalesce(orders.courier_arrived_at_ms, excluded.courier_arrived_at_ms),
    picked_up_at_ms = coalesce(orders.picked_up_at_ms, excluded.picked_up_at_ms)
WHERE orders.state NOT IN ('picked_up', 'cancelled')
