SELECT n, import_id, position, counts FROM imports
WHERE source = ?1 AND digest = ?2 AND state IN ('running', 'cancelled') ORDER BY n DESC LIMIT 1
