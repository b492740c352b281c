UPDATE OR ROLLBACK outbox SET state = 'queued' WHERE turn IN (1, 3) AND state = 'sending'
