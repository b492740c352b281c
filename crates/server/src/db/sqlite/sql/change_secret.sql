UPDATE accounts SET secret = ?3 WHERE actor_id = ?1 AND kind = ?2
