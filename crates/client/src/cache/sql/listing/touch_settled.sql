-- As `touch`, where ?3 is 0. A statement that names a column writes its indices, also where it stays the same.
UPDATE listing SET hours = ?2, queued = ?3, rejected = ?4, contested = ?5, in_review = ?6, updated_ms = ?7, tokens_hash = ?8,
    settled_ms = ?7
WHERE n = ?1
