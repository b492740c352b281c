SELECT rows FROM postings WHERE key = ?1
