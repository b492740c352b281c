-- ?1 placed since, ?2 prefixes of the scope or null
SELECT
    o.order_id, o.merchant_id, f.made_at_ms, f.p10_at_ms, f.p50_at_ms, f.p90_at_ms, f.confidence,
    f.naive_at_ms, o.ready_at_ms
FROM orders AS o
JOIN forecasts AS f ON f.order_id = o.order_id
WHERE o.placed_at_ms >= ?1 AND o.ready_at_ms IS NOT NULL
  AND (?2 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?2) AS prefix WHERE substr(o.merchant_id, 1, length(prefix.value)) = prefix.value
  ))
