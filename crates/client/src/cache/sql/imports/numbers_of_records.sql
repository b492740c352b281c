SELECT n, record FROM records WHERE n > ?1 ORDER BY n LIMIT ?2
