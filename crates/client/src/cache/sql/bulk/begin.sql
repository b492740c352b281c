INSERT INTO bulk_edits (bulk_id, registers, actor_name, state, stores, begun_ms) VALUES (?1, ?2, ?3, 'saving', ?4, ?5)
