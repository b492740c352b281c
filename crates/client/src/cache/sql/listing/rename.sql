UPDATE OR ROLLBACK listing SET name = ?2, name_key = ?3 WHERE n = ?1
