-- ?1 prefixes of the scope, none of which begins with another. The bounds find each one's rows by the index.
SELECT m.bucket, count(*), sum((m.digest >> 32) & 0xFFFFFFFF), sum(m.digest & 0xFFFFFFFF)
FROM json_each(?1) AS prefix
CROSS JOIN merchants AS m
WHERE m.merchant_id >= prefix.value AND m.merchant_id < prefix.value || char(1114111)
GROUP BY m.bucket
