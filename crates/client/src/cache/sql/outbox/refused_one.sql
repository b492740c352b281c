SELECT n, edit, state, doubts, lines, problem FROM outbox WHERE n = ?1 AND state = 'rejected'
