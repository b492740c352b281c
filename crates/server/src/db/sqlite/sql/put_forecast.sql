INSERT INTO forecasts (order_id, made_at_ms, p10_at_ms, p50_at_ms, p90_at_ms, confidence, naive_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (order_id) DO NOTHING
