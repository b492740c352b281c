UPDATE OR ROLLBACK outbox SET state = 'queued' WHERE state = 'sending'
