UPDATE records SET seq = ?2, generation = ?3, record = ?4, digest = ?5, bucket = ?6, deleted = ?7 WHERE n = ?1
