SELECT
    place, edit_id, dot, hlc, actor, actor_name, role, source, reason, trace_id,
    received_at_ms, seq, writes
FROM edits
WHERE merchant_id = ?1 AND place < ?2 AND writes <> '[]'
ORDER BY place DESC
LIMIT ?3
