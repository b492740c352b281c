SELECT row, merchant_id, edit_id, writes FROM bulk_rows
WHERE bulk = ?1 AND undone = 0 AND row < ?2 ORDER BY row DESC LIMIT ?3
