UPDATE OR ROLLBACK outbox SET state = 'queued', answered_seq = NULL, answered_epoch = NULL, decisions = NULL
WHERE state IN ('applied', 'merged', 'in_review') AND answered_seq IS NOT NULL AND come_back = 0
  AND answered_epoch <> ?1
RETURNING merchant_id
