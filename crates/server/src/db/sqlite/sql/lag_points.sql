-- Percentiles by nearest rank. ?1 from, ?2 to, ?3 prefixes or null, ?4 offset in ms, ?5 bucket in ms
WITH ranked AS (
    SELECT
        (received_at_ms + ?4) / ?5 AS bucket,
        lag_ms,
        row_number() OVER (PARTITION BY (received_at_ms + ?4) / ?5 ORDER BY lag_ms) AS place,
        count(*) OVER (PARTITION BY (received_at_ms + ?4) / ?5) AS total
    FROM edits
    WHERE lag_ms IS NOT NULL AND received_at_ms >= ?1 AND received_at_ms < ?2
      AND (?3 IS NULL OR EXISTS (
          SELECT 1 FROM json_each(?3) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
      ))
)
SELECT
    bucket * ?5 - ?4 AS at_ms,
    min(CASE WHEN place >= (total * 50 + 99) / 100 THEN lag_ms END) AS p50_ms,
    min(CASE WHEN place >= (total * 95 + 99) / 100 THEN lag_ms END) AS p95_ms,
    max(total) AS edits
FROM ranked
GROUP BY bucket
ORDER BY bucket
