-- The bucket is of the id: it does not change.
INSERT INTO merchants (seq, merchant_id, name, deleted, contested, record, digest, bucket)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (merchant_id) DO UPDATE SET
    seq = excluded.seq,
    name = excluded.name,
    deleted = excluded.deleted,
    contested = excluded.contested,
    record = excluded.record,
    digest = excluded.digest
