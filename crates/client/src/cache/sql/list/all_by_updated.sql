-- In one of two indices each: they are merged, not sorted. Neither looks at the rows themselves.
SELECT n, settled_ms FROM listing WHERE settled_ms IS NOT NULL AND n NOT IN (SELECT n FROM listing WHERE queued > 0)
UNION ALL
SELECT n, updated_ms FROM listing WHERE queued > 0
ORDER BY 2, 1
