INSERT OR ROLLBACK INTO merchants (seq, merchant_id, name, deleted, contested, record, digest, bucket)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
