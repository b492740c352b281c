INSERT INTO schema_versions (version, major, program, at_ms, actor, actor_name, steps, custom)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
