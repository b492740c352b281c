SELECT coalesce((SELECT tokens FROM unindexed WHERE n = ?1), (SELECT words FROM indexed WHERE n = ?1), '')
