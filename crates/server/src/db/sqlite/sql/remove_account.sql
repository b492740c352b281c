-- Its tokens go with it.
DELETE FROM accounts WHERE actor_id = ?1 AND kind = ?2
