SELECT merchant_id FROM listing WHERE n IN (SELECT value FROM json_each(?1))
