DELETE FROM indexed WHERE n = ?1
