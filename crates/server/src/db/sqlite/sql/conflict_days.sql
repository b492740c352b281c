-- ?1 from, ?2 to, ?3 prefixes or null, ?4 offset in ms
SELECT
    (received_at_ms + ?4) / 86400000 AS day,
    field_group, source, sum(reviewed) AS reviewed, sum(1 - reviewed) AS auto
FROM conflicts
WHERE received_at_ms >= ?1 AND received_at_ms < ?2
  AND (?3 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?3) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
  ))
GROUP BY day, field_group, source
ORDER BY day, field_group, source
