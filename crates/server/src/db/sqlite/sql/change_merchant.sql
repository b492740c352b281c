-- The bucket is of the id: it does not change.
UPDATE OR ROLLBACK merchants
SET seq = ?1, name = ?3, deleted = ?4, contested = ?5, record = ?6, digest = ?7
WHERE merchant_id = ?2
