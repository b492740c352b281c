UPDATE listing_total SET merchants = merchants + ?1
