-- ?1 the cursor, ?2 the epoch, ?3 whether the pull is complete, ?4 the merchants of the page, ?5 the reading:
-- a record of an earlier one has another epoch's number
UPDATE OR ROLLBACK outbox SET come_back = 1
WHERE answered_seq IS NOT NULL AND come_back = 0 AND answered_epoch = ?2
  AND n IN (
      SELECT o.n FROM outbox o WHERE ?3 AND o.answered_seq <= ?1 AND o.come_back = 0
      UNION ALL
      SELECT o.n FROM json_each(?4) named
      JOIN records r ON r.merchant_id = named.value AND r.generation = ?5
      JOIN outbox o ON o.merchant_id = r.merchant_id AND o.answered_seq <= r.seq
  )
RETURNING merchant_id
