-- As `lines`, of the turn that no index has.
SELECT n, lines FROM outbox WHERE turn = ?1 ORDER BY n
