DELETE FROM outbox WHERE edit_id = ?1
