INSERT INTO edits (
    edit_id, merchant_id, dot, hlc, actor, actor_name, role, source, reason, trace_id,
    received_at_ms, lag_ms, seq, state, writes, answer
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
