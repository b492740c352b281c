UPDATE outbox SET state = 'queued' WHERE state IN ('queued', 'sending') AND state = 'sending'
