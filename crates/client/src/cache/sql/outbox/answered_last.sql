SELECT answered_seq, edit_id FROM outbox
WHERE answered_seq IS NOT NULL AND come_back = 0 AND answered_epoch = ?1
ORDER BY answered_seq DESC LIMIT 1
