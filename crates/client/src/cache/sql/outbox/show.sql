UPDATE outbox SET quiet = 0 WHERE n IN (SELECT value FROM json_each(?1))
