SELECT n, value, rows FROM field_values WHERE field = ?1 ORDER BY rows DESC LIMIT ?2
