DELETE FROM field_values WHERE n = ?1 AND rows <= 0
