SELECT n FROM listing INDEXED BY listing_by_updated ORDER BY updated_ms
