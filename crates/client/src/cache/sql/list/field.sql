SELECT n FROM fields WHERE field = ?1
