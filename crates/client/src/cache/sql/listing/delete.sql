DELETE FROM listing WHERE n = ?1
