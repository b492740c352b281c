INSERT OR ROLLBACK INTO outbox (edit_id, merchant_id, edit, bytes, changes, state, actor, actor_name, saved_ms)
VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?7, ?8)
