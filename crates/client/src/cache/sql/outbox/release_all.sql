UPDATE outbox SET state = 'queued' WHERE state = 'sending'
