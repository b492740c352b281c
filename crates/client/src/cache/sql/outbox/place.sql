UPDATE outbox SET n = ?2 WHERE n = ?1
