INSERT INTO imports (import_id, source, file_name, digest, headers, state, position, counts, actor_name, begun_ms)
VALUES (?1, ?2, ?3, ?4, ?5, 'running', 0, '{}', ?6, ?7)
