INSERT INTO sent (edit_id, merchant_id, edit, state, settled_ms)
SELECT edit_id, merchant_id, edit, ?2, ?3 FROM outbox WHERE n = ?1
ON CONFLICT (edit_id) DO UPDATE SET state = excluded.state
