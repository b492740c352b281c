-- Of a row that has none beside it. A statement that names a column writes its indices, also where it stays the same.
UPDATE listing SET hours = ?2, contested = ?3, updated_ms = ?4, tokens_hash = ?5, settled_ms = ?4 WHERE n = ?1
