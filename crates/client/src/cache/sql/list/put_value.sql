INSERT INTO field_values (field, key, value, rows) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (field, key, value) DO UPDATE SET rows = rows + excluded.rows
RETURNING n
