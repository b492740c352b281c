INSERT INTO own_rows (n, queued, rejected, in_review, updated_ms, tokens_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (n) DO UPDATE SET queued = excluded.queued, rejected = excluded.rejected, in_review = excluded.in_review,
    updated_ms = excluded.updated_ms, tokens_hash = excluded.tokens_hash
