SELECT version, program, custom FROM schema_versions ORDER BY place DESC LIMIT 1
