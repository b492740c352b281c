-- ?1 after, ?2 up to, ?3 limit. A record is kept in its canonical form: between two candidates of one
-- register stands `},{"d":"`. That a value may contain it too costs one look in vain.
SELECT seq, record
FROM merchants
WHERE seq > ?1 AND seq <= ?2
  AND (instr(record, '},{"d":"') > 0 OR instr(record, '"deleted":{') > 0)
ORDER BY seq
LIMIT ?3
