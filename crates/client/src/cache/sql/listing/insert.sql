INSERT OR ROLLBACK INTO listing (merchant_id, name, address, region, category, status, hours, queued, rejected, contested, in_review,
    updated_ms, tokens_hash, name_key, address_key, settled_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, iif(?8 = 0, ?12, NULL))
