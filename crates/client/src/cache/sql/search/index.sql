INSERT INTO search (rowid, tokens) SELECT n, tokens FROM unindexed WHERE n IN (SELECT value FROM json_each(?1))
