INSERT OR ROLLBACK INTO outbox (n, edit_id, merchant_id, edit, bytes, changes, state, actor, actor_name, saved_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9)
