SELECT n, edit_id, edit, state, actor_name, saved_ms, come_back OR quiet AS come_back, open_fields FROM outbox WHERE merchant_id = ?1 ORDER BY n
