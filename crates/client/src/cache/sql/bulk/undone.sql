UPDATE bulk_rows SET undone = 1 WHERE bulk = ?1 AND row = ?2
