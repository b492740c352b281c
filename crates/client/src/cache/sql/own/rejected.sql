SELECT n FROM own_rows WHERE rejected > 0
