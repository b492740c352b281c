-- ?1 order, ?2 event, ?3 when
UPDATE orders SET
    state = CASE ?2
        WHEN 'ready' THEN 'ready'
        WHEN 'picked_up' THEN 'picked_up'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE state
    END,
    items_done = CASE WHEN ?2 IN ('ready', 'picked_up') THEN items ELSE items_done END,
    ready_at_ms = CASE WHEN ?2 IN ('ready', 'picked_up') THEN coalesce(ready_at_ms, ?3) ELSE ready_at_ms END,
    courier_arrived_at_ms = CASE
        WHEN ?2 IN ('courier_arrived', 'picked_up') THEN coalesce(courier_arrived_at_ms, ?3)
        ELSE courier_arrived_at_ms
    END,
    picked_up_at_ms = CASE WHEN ?2 = 'picked_up' THEN coalesce(picked_up_at_ms, ?3) ELSE picked_up_at_ms END
WHERE order_id = ?1
