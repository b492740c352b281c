INSERT INTO conflicts (received_at_ms, merchant_id, field_group, source, reviewed)
VALUES (?, ?, ?, ?, ?)
