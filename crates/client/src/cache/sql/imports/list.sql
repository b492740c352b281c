SELECT n, import_id, source, file_name, headers, state, position, counts, actor_name, begun_ms, ended_ms FROM imports
WHERE import_id = coalesce(?1, import_id) ORDER BY n DESC LIMIT ?2
