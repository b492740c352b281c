CREATE INDEX IF NOT EXISTS listing_by_name ON listing (name_key);
CREATE INDEX IF NOT EXISTS listing_by_address ON listing (address_key);
