SELECT merchants FROM listing_total
