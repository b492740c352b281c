SELECT version, at_ms, actor, actor_name, steps FROM schema_versions ORDER BY place DESC LIMIT ?1
