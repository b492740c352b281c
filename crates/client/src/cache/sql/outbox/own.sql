SELECT edit, state, lines, come_back OR quiet FROM outbox WHERE merchant_id = ?1 ORDER BY n
