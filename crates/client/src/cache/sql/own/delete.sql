DELETE FROM own_rows WHERE n = ?1
