SELECT min(saved_ms) FROM (
    SELECT (SELECT saved_ms FROM outbox WHERE turn = 1 AND turn <> 3 ORDER BY n LIMIT 1) AS saved_ms
    UNION ALL
    SELECT (
        SELECT saved_ms FROM outbox WHERE (SELECT edits > 0 FROM outbox_totals WHERE turn = 3) AND turn = 3
        ORDER BY n LIMIT 1
    )
)
