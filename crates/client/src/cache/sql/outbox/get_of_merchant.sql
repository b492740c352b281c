SELECT n, edit, state, doubts FROM outbox WHERE merchant_id = ?2 AND edit_id = ?1
