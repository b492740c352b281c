SELECT count(*) FROM listing WHERE rejected > 0
