-- The list at a million merchants.
--
-- In which order names and addresses stand (domain::search::sort_key). Nothing for rows from before: the indexer makes
-- them all again, and the indices when they are there.
ALTER TABLE listing ADD COLUMN name_key BLOB;
ALTER TABLE listing ADD COLUMN address_key BLOB;
DROP INDEX listing_by_name;
DROP INDEX listing_by_address;
-- Categories and states are found by the index of values below.
DROP INDEX listing_by_category;
DROP INDEX listing_by_status;

-- Which rows have which token (domain::search), in chunks of 8,192 rows: `key` is the chunk and the token, `rows` the
-- places within the chunk (client::cache::list::bits). The rows in `unindexed` are to be looked at by themselves: what
-- this says about them is out of date.
CREATE TABLE postings (
    key  INTEGER PRIMARY KEY,
    rows BLOB NOT NULL
) STRICT;
-- What `postings` says of each row: what it was found by when it was indexed.
CREATE TABLE indexed (
    n     INTEGER PRIMARY KEY,
    words TEXT    NOT NULL
) STRICT;
-- Fields in use, and how many rows have them.
CREATE TABLE fields (
    n     INTEGER PRIMARY KEY,
    field TEXT    NOT NULL UNIQUE,
    rows  INTEGER NOT NULL
) STRICT;
-- Their values; `key` is what is compared (domain::text::key).
CREATE TABLE field_values (
    n     INTEGER PRIMARY KEY,
    field INTEGER NOT NULL,
    key   TEXT    NOT NULL,
    value TEXT    NOT NULL,
    rows  INTEGER NOT NULL,
    UNIQUE (field, key, value)
) STRICT;

-- They were noted in another form. Now a row that has gone is noted too, without words.
DELETE FROM unindexed;
CREATE INDEX unindexed_gone ON unindexed (n) WHERE tokens = '';
INSERT INTO meta VALUES ('indices_put_off', '1') ON CONFLICT (key) DO UPDATE SET value = '1';
INSERT INTO meta SELECT 'list_made_to', '0' WHERE EXISTS (SELECT 1 FROM listing);
