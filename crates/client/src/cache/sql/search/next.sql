SELECT n, tokens FROM unindexed WHERE n >= ?2 ORDER BY n LIMIT ?1
