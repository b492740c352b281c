INSERT INTO indexed VALUES (?1, ?2) ON CONFLICT (n) DO UPDATE SET words = excluded.words
