SELECT count(*) FROM search WHERE search MATCH ?1
