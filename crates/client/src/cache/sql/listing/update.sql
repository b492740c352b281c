UPDATE OR ROLLBACK listing SET name = ?2, address = ?3, region = ?4, category = ?5, status = ?6, hours = ?7, queued = ?8, rejected = ?9,
    contested = ?10, in_review = ?11, updated_ms = ?12, tokens_hash = ?13, name_key = ?14, address_key = ?15,
    settled_ms = iif(?8 = 0, ?12, settled_ms)
WHERE n = ?1
