SELECT n FROM listing WHERE settled_ms BETWEEN ?1 AND ?2 AND n NOT IN (SELECT n FROM listing WHERE queued > 0)
UNION ALL
SELECT n FROM listing WHERE queued > 0 AND updated_ms BETWEEN ?1 AND ?2
