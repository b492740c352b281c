SELECT merchant_id, name, address, region, category, status, hours, queued, rejected, contested, in_review, updated_ms
FROM listing WHERE n = ?1
