SELECT version, program, custom FROM schema_versions WHERE major = ?1 ORDER BY place DESC LIMIT 1
