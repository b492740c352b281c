UPDATE OR ROLLBACK outbox SET state = 'queued', doubts = max(0, doubts - ?2)
WHERE state = 'sending' AND n IN (SELECT value FROM json_each(?1))
