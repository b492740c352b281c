INSERT INTO fetched (key, body, fetched_ms) VALUES (?1, ?2, ?3)
ON CONFLICT (key) DO UPDATE SET body = excluded.body, fetched_ms = excluded.fetched_ms
