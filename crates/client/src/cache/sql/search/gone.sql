SELECT n FROM unindexed WHERE tokens = ''
