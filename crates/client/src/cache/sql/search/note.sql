INSERT INTO unindexed (n, tokens) VALUES (?1, ?2) ON CONFLICT (n) DO UPDATE SET tokens = excluded.tokens
