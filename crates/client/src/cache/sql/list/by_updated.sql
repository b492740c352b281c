-- In one of two indices each: they are merged, not sorted.
SELECT n, settled_ms FROM listing WHERE settled_ms IS NOT NULL AND queued = 0
UNION ALL
SELECT n, updated_ms FROM listing WHERE queued > 0
ORDER BY 2, 1 LIMIT ?1 OFFSET ?2
