SELECT count(*) FROM outbox WHERE state = 'in_review' AND come_back = 0 AND answered_seq IS NOT NULL
