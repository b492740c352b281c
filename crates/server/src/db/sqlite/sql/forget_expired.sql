DELETE FROM tokens WHERE expires_at_ms <= ?1
