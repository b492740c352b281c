SELECT edit FROM outbox WHERE n IN (SELECT value FROM json_each(?1)) ORDER BY n
