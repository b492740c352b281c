SELECT n, bulk_id, registers, actor_name, state, stores, saved, begun_ms FROM bulk_edits
WHERE bulk_id = coalesce(?1, bulk_id) ORDER BY n DESC LIMIT ?2
