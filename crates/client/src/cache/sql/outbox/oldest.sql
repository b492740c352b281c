SELECT min(saved_ms) FROM (SELECT (SELECT saved_ms FROM outbox WHERE turn = 1 ORDER BY n LIMIT 1) AS saved_ms UNION ALL SELECT (SELECT saved_ms FROM outbox WHERE turn = 3 ORDER BY n LIMIT 1))
