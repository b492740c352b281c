SELECT record FROM records WHERE merchant_id = ?1 AND generation = ?2
