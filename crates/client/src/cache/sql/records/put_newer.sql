-- ?1 merchant, ?2 seq, ?3 reading, ?4 record, ?5 digest, ?6 bucket, ?7 deleted; nothing is written over what is newer
INSERT INTO records (merchant_id, seq, generation, record, digest, bucket, deleted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (merchant_id) DO UPDATE SET seq = excluded.seq, generation = excluded.generation, record = excluded.record,
    digest = excluded.digest, bucket = excluded.bucket, deleted = excluded.deleted
WHERE excluded.generation <> records.generation OR excluded.seq > records.seq
