INSERT INTO bulk_rows (bulk, row, merchant_id, edit_id, writes) VALUES (?1, ?2, ?3, ?4, ?5)
