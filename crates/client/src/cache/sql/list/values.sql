SELECT n, value FROM field_values WHERE field = ?1
