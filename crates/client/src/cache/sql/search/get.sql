SELECT tokens FROM unindexed WHERE n = ?1
