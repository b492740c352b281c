INSERT INTO import_mappings (source, version, mapping, saved_ms) VALUES (?1, ?2, ?3, ?4)
