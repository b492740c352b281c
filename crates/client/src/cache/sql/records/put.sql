INSERT INTO records (merchant_id, seq, generation, record, digest, bucket, deleted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (merchant_id) DO UPDATE SET seq = excluded.seq, generation = excluded.generation, record = excluded.record,
    digest = excluded.digest, bucket = excluded.bucket, deleted = excluded.deleted
