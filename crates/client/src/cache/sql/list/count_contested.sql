SELECT count(*) FROM listing WHERE contested > 0
