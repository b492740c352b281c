-- In one of two indices each: they are merged, not sorted.
SELECT n, updated_ms FROM listing WHERE queued = 0
UNION ALL
SELECT n, updated_ms FROM listing WHERE queued > 0
ORDER BY 2, 1
