DELETE FROM postings WHERE key = ?1
