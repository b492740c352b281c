SELECT seq, record
FROM merchants
WHERE contested > 0 AND merchant_id > ?1
  AND (?2 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?2) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
  ))
ORDER BY merchant_id
LIMIT ?3
