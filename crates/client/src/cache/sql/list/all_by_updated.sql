-- Own rows are few, or close together; no row of the list itself is looked at.
SELECT n, settled_ms FROM listing WHERE settled_ms IS NOT NULL AND n NOT IN (SELECT n FROM own_rows)
UNION ALL
SELECT n, updated_ms FROM own_rows
ORDER BY 2, 1
