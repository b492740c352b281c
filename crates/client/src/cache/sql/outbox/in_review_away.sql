SELECT count(*) FROM outbox
WHERE answered_seq IS NOT NULL AND come_back = 0 AND state = 'in_review'
