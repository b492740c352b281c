INSERT INTO meta VALUES ('list_version', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
RETURNING value
