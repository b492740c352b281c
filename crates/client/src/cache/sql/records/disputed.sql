-- ?1 after, ?2 limit. A record is kept in its canonical form: between two candidates of one register stands
-- `},{"d":"`. That a value may contain it too costs one look in vain.
SELECT n, merchant_id, record FROM records
WHERE n > ?1 AND (instr(record, '},{"d":"') > 0 OR instr(record, '"deleted":{') > 0)
ORDER BY n LIMIT ?2
