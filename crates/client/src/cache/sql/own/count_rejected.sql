SELECT count(*) FROM own_rows WHERE rejected > 0
