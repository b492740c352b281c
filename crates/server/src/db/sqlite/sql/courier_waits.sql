-- ?1 placed since, ?2 prefixes of the scope or null. Negative: the order was ready first.
SELECT ready_at_ms - courier_arrived_at_ms
FROM orders
WHERE placed_at_ms >= ?1 AND ready_at_ms IS NOT NULL AND courier_arrived_at_ms IS NOT NULL
  AND (?2 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?2) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
  ))
