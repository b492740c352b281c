SELECT count(*)
FROM merchants
WHERE NOT deleted
  AND (?1 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?1) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
  ))
