SELECT edit, state, changes, come_back FROM outbox WHERE merchant_id = ?1 ORDER BY n
