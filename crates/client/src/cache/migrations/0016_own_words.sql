-- As long as a row has one beside it, that one says when the merchant was changed and what it is found by, too: a save that
-- changes nothing that the list has a column for leaves the list's row, which stands anywhere, as it is.
ALTER TABLE own_rows ADD COLUMN tokens_hash INTEGER NOT NULL DEFAULT 0;
UPDATE own_rows SET tokens_hash = coalesce((SELECT tokens_hash FROM listing WHERE listing.n = own_rows.n), 0);
