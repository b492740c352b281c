SELECT kind, name, role, scope, secret FROM accounts WHERE actor_id = ?1
