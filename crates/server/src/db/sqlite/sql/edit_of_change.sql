-- The one that made the change; others that met it and changed nothing came later.
SELECT edit_id FROM edits WHERE seq = ?1 ORDER BY place LIMIT 1
