SELECT row, outcome, merchant_id, remarks, cells FROM import_rows
WHERE import = ?1 AND row > ?2 AND (NOT ?3 OR cells IS NOT NULL) ORDER BY row LIMIT ?4
