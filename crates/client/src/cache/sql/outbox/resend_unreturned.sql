UPDATE OR ROLLBACK outbox SET state = 'queued', answered_seq = NULL, answered_epoch = NULL, decisions = NULL, come_back = 0
WHERE state IN ('applied', 'merged', 'in_review') AND answered_epoch = ?1
RETURNING merchant_id
