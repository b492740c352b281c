-- Edits that never left this device (no server can have them) and write a field below `custom`.
SELECT n, edit FROM outbox
WHERE state = 'queued' AND doubts = 0 AND n > ?1 AND instr(edit, '"custom.') > 0
ORDER BY n LIMIT ?2
