SELECT bucket, count(*), sum((digest >> 32) & 0xFFFFFFFF), sum(digest & 0xFFFFFFFF)
FROM records WHERE digest IS NOT NULL GROUP BY bucket
