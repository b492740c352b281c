SELECT key, rows FROM postings WHERE key BETWEEN ?1 AND ?2
