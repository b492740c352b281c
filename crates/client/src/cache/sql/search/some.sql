SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?1)
