UPDATE import_rows SET undone = 1 WHERE import = ?1 AND row = ?2
