SELECT turn, sum(changes), count(*) FROM outbox GROUP BY turn
