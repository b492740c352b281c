-- ?1 the merchants, or nothing for all
SELECT n, edit FROM outbox
WHERE quiet = 1 AND (?1 IS NULL OR merchant_id IN (SELECT value FROM json_each(?1)))
