UPDATE OR ROLLBACK listing SET region = ?2, category = ?3, status = ?4 WHERE n = ?1
