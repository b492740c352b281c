-- ?13: has it own changes?
UPDATE OR ROLLBACK listing SET name = ?2, address = ?3, region = ?4, category = ?5, status = ?6, hours = ?7, contested = ?8,
    updated_ms = ?9, tokens_hash = ?10, name_key = ?11, address_key = ?12, settled_ms = iif(?13, settled_ms, ?9)
WHERE n = ?1
