SELECT n, tokens FROM unindexed ORDER BY n LIMIT ?1
