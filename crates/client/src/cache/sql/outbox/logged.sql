SELECT edit, state FROM sent WHERE edit_id = ?1
