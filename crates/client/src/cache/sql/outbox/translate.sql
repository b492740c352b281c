UPDATE outbox SET edit = ?2, bytes = ?3 WHERE n = ?1
