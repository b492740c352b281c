SELECT n, changes FROM outbox WHERE turn = ?1 AND turn <> 3 ORDER BY n
