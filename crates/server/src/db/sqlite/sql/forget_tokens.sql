DELETE FROM tokens WHERE actor_id = ?1
