SELECT n, name, address FROM listing WHERE n > ?1 ORDER BY n LIMIT ?2
