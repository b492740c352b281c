UPDATE own_rows SET queued = ?2, rejected = ?3, in_review = ?4 WHERE n = (SELECT n FROM listing WHERE merchant_id = ?1)
