SELECT n FROM listing INDEXED BY listing_by_id
