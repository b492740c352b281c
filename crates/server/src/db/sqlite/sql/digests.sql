-- Sums in halves of 32 bits: SQLite's own would overflow.
SELECT bucket, count(*), sum((digest >> 32) & 0xFFFFFFFF), sum(digest & 0xFFFFFFFF)
FROM merchants
GROUP BY bucket
