-- ?2 is 0
UPDATE listing SET queued = ?2, rejected = ?3, contested = ?4, in_review = ?5, updated_ms = ?6, settled_ms = ?6
WHERE merchant_id = ?1
