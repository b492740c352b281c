INSERT INTO sent (edit_id, merchant_id, edit, state, settled_ms) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (edit_id) DO UPDATE SET state = excluded.state
