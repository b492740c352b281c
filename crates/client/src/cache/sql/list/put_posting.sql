INSERT INTO postings VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET rows = excluded.rows
