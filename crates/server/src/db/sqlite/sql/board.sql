-- ?1 prefixes of the scope or null, ?2 least confidence, ?3 limit
SELECT
    o.order_id, o.merchant_id, coalesce(m.name, '') AS merchant_name, o.state, o.items, o.items_done,
    o.placed_at_ms, o.ready_at_ms, o.courier_arrived_at_ms, o.picked_up_at_ms, o.notified_at_ms,
    p.made_at_ms, p.p10_at_ms, p.p50_at_ms, p.p90_at_ms, p.confidence
FROM predictions AS p
JOIN orders AS o ON o.order_id = p.order_id
LEFT JOIN merchants AS m ON m.merchant_id = o.merchant_id
WHERE p.confidence >= ?2 AND o.state IN ('placed', 'preparing')
  AND (?1 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?1) AS prefix WHERE substr(o.merchant_id, 1, length(prefix.value)) = prefix.value
  ))
ORDER BY p.p50_at_ms, o.order_id
LIMIT ?3
