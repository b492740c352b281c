SELECT n, merchant_id, edit, state, actor, doubts FROM outbox WHERE edit_id = ?1
