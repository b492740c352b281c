-- Of which nothing waits any more.
SELECT n FROM own_rows WHERE queued = 0 AND rejected = 0 AND in_review = 0 LIMIT ?1
