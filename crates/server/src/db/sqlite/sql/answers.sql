SELECT edit_id, state, seq, writes, answer
FROM edits
WHERE edit_id IN (SELECT unhex(value) FROM json_each(?1))
