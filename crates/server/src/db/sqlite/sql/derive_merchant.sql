-- ?1 merchant, ?2 name, ?3 deleted, ?4 contested
UPDATE merchants SET name = ?2, deleted = ?3, contested = ?4
WHERE merchant_id = ?1 AND (name <> ?2 OR deleted <> ?3 OR contested <> ?4)
