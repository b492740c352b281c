UPDATE records SET digest = ?2, bucket = ?3, deleted = ?4 WHERE n = ?1
