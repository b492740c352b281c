UPDATE merchants SET digest = ?2, bucket = ?3 WHERE seq = ?1
