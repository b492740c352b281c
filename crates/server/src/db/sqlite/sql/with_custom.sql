-- ?1 after, ?2 prefixes of the scope, ?3 limit. A record is kept in its canonical form: a register's name stands behind
-- a quotation mark. That a value may contain it too costs one look in vain.
SELECT seq, record
FROM merchants
WHERE seq > ?1 AND NOT deleted AND instr(record, '"custom.') > 0
  AND (?2 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(?2) AS prefix WHERE substr(merchant_id, 1, length(prefix.value)) = prefix.value
  ))
ORDER BY seq
LIMIT ?3
