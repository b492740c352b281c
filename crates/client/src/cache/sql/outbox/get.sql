-- Without an index: mostly it is one of the last.
SELECT n, merchant_id, edit, state, actor, doubts FROM outbox WHERE edit_id = ?1 ORDER BY n DESC LIMIT 1
