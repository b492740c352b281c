-- ?1 prefixes of the scope or null, ?2 open only, ?3 merchant or null, ?4 placed before or null, ?5 limit
SELECT
    o.order_id, o.merchant_id, coalesce(m.name, '') AS merchant_name, o.state, o.items, o.items_done,
    o.placed_at_ms, o.ready_at_ms, o.courier_arrived_at_ms, o.picked_up_at_ms, o.notified_at_ms
FROM orders AS o
LEFT JOIN merchants AS m ON m.merchant_id = o.merchant_id
WHERE (?1 IS NULL OR EXISTS (
          SELECT 1 FROM json_each(?1) AS prefix WHERE substr(o.merchant_id, 1, length(prefix.value)) = prefix.value
      ))
  AND (NOT ?2 OR o.state NOT IN ('picked_up', 'cancelled'))
  AND (?3 IS NULL OR o.merchant_id = ?3)
  AND (?4 IS NULL OR o.placed_at_ms < ?4)
ORDER BY o.placed_at_ms DESC, o.order_id DESC
LIMIT ?5
