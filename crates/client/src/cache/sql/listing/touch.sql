UPDATE listing SET hours = ?2, contested = ?3, updated_ms = ?4, tokens_hash = ?5 WHERE n = ?1
