SELECT n FROM listing WHERE updated_ms BETWEEN ?1 AND ?2
