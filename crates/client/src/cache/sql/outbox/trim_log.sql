-- ?1 how many are kept, ?2 of those that were taken back (1) or sent (0). Numbers have gaps: rows are counted, once some hundred
-- may be too many.
DELETE FROM sent
WHERE (SELECT max(n) FROM sent) - (SELECT min(n) FROM sent) >= ?1 + 500
  AND (state = 'cancelled') = ?2
  AND n < (SELECT n FROM sent WHERE (state = 'cancelled') = ?2 ORDER BY n DESC LIMIT 1 OFFSET ?1 - 1)
