UPDATE OR ROLLBACK listing SET address = ?2, address_key = ?3 WHERE n = ?1
