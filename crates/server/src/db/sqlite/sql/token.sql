SELECT actor_id, family FROM tokens WHERE hash = ?1
