-- All of them, without those of which everything is answered.
SELECT (SELECT count(DISTINCT merchant_id) FROM outbox) - (
    SELECT count(DISTINCT merchant_id) FROM outbox answered
    WHERE turn = 9 AND turn <> 3
      AND NOT EXISTS (SELECT 1 FROM outbox open WHERE open.merchant_id = answered.merchant_id AND open.turn < 9)
)
