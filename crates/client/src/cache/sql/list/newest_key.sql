SELECT max(key) FROM postings
