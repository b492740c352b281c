SELECT 1 FROM listing WHERE n = ?1
