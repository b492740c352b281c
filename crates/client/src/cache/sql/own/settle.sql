UPDATE listing SET settled_ms = updated_ms WHERE n = ?1
