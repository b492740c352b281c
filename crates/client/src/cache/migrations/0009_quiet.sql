-- Edits that wait and show nothing are few, and looked for with every page.
CREATE INDEX outbox_quiet ON outbox (merchant_id) WHERE quiet = 1;
