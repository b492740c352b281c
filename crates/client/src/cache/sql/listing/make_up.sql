CREATE INDEX IF NOT EXISTS listing_by_name ON listing (name);
CREATE INDEX IF NOT EXISTS listing_by_address ON listing (address);
