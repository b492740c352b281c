SELECT n FROM listing WHERE contested > 0
