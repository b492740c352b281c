DELETE FROM sent WHERE n <= (SELECT max(n) FROM sent) - ?1
