INSERT INTO import_rows (import, row, outcome, merchant_id, remarks, cells, undo) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
