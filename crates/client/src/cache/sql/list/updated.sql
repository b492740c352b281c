SELECT n FROM listing WHERE settled_ms BETWEEN ?1 AND ?2 AND n NOT IN (SELECT n FROM own_rows)
UNION ALL
SELECT n FROM own_rows WHERE updated_ms BETWEEN ?1 AND ?2
