SELECT edit FROM outbox WHERE n = ?1
