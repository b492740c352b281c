UPDATE listing SET queued = ?2, rejected = ?3, contested = ?4, in_review = ?5, updated_ms = ?6,
    settled_ms = iif(?2 = 0, ?6, settled_ms)
WHERE merchant_id = ?1
