-- ?13: has it own changes?
INSERT OR ROLLBACK INTO listing (merchant_id, name, address, region, category, status, hours, contested, updated_ms, tokens_hash,
    name_key, address_key, settled_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, iif(?13, NULL, ?9))
