UPDATE outbox SET come_back = 1
WHERE answered_seq IS NOT NULL AND come_back = 0 AND answered_epoch = ?2
  AND (?3 AND answered_seq <= ?1
       OR answered_seq <= (SELECT seq FROM records
                            WHERE records.merchant_id = outbox.merchant_id AND records.generation = ?4))
RETURNING merchant_id
