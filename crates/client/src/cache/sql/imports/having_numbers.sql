SELECT merchant_id FROM records WHERE n IN (SELECT value FROM json_each(?1))
UNION
SELECT merchant_id FROM outbox WHERE n IN (SELECT -value FROM json_each(?1))
