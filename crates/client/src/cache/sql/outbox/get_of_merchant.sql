SELECT n, merchant_id, edit, state, actor, doubts FROM outbox WHERE merchant_id = ?2 AND edit_id = ?1
