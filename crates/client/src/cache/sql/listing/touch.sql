UPDATE listing SET hours = ?2, contested = ?3 WHERE n = ?1
