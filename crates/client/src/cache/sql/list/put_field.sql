INSERT INTO fields (field, rows) VALUES (?1, ?2)
ON CONFLICT (field) DO UPDATE SET rows = rows + excluded.rows
RETURNING n
