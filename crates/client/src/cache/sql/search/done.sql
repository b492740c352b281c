DELETE FROM unindexed WHERE n <= ?1
