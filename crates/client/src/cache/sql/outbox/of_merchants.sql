SELECT merchant_id, edit, state, lines, come_back OR quiet FROM outbox
WHERE merchant_id IN (SELECT value FROM json_each(?1)) ORDER BY n
