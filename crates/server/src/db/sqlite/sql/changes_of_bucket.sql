-- ?1 after, ?2 newest, ?3 prefixes of the scope or null, ?4 limit, ?5 bucket
SELECT seq, record
FROM merchants
WHERE bucket = ?5 AND seq > ?1 AND seq <= ?2
  AND (?3 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?3) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
  ))
ORDER BY seq
LIMIT ?4
