-- ?1 change number, ?2 the first 16 hexadecimal digits of an edit's id
SELECT NOT EXISTS (SELECT 1 FROM edits WHERE seq = ?1)
    OR EXISTS (SELECT 1 FROM edits WHERE seq = ?1 AND substr(edit_id, 1, 8) = unhex(?2))
