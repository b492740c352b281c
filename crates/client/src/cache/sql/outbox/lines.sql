-- `turn <> 3`, here and elsewhere: the index has only those rows, and SQLite takes it only where the same words are said.
SELECT n, lines FROM outbox WHERE turn = ?1 AND turn <> 3 ORDER BY n
