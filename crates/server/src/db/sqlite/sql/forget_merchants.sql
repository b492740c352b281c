DELETE FROM merchants WHERE deleted AND seq <= ?1
