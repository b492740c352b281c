DROP INDEX IF EXISTS listing_by_name;
DROP INDEX IF EXISTS listing_by_address;
