SELECT n FROM field_values WHERE field = ?1 AND key = ?2
