SELECT row, outcome, merchant_id, undo FROM import_rows
WHERE import = ?1 AND row < ?2 AND undo IS NOT NULL AND undone = 0 ORDER BY row DESC LIMIT ?3
