SELECT (SELECT merchants FROM listing_total), (SELECT count(*) FROM listing WHERE contested > 0)
