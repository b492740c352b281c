UPDATE OR ROLLBACK outbox
SET state = ?2, answered_seq = ?3, answered_epoch = ?4, problem = ?5, decisions = ?6, come_back = 0, open_fields = ?7
WHERE n = ?1 AND state IN ('sending', 'queued')
RETURNING merchant_id
