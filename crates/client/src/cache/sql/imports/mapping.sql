SELECT version, mapping FROM import_mappings WHERE source = ?1 ORDER BY version DESC LIMIT 1
