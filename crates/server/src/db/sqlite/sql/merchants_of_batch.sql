SELECT seq, record
FROM merchants
WHERE merchant_id IN (SELECT value FROM json_each(?1))
