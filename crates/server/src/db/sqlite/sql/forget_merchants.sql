DELETE FROM merchants WHERE deleted AND contested = 0 AND seq <= ?1
