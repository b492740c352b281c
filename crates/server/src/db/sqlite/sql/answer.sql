SELECT state, seq, writes, answer
FROM edits
WHERE edit_id = ?1
