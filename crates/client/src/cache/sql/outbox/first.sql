SELECT min(n) FROM outbox
