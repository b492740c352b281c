SELECT n, edit FROM outbox WHERE n > ?1 ORDER BY n LIMIT ?2
