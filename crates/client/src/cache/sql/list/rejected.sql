SELECT n FROM listing WHERE rejected > 0
