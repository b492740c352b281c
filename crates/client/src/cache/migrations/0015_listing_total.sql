-- How many merchants there are is asked for with every look at the outbox; where nearly each has a category of its own, to add
-- up the categories took longer than the rest of a pull.
CREATE TABLE listing_total (merchants INTEGER NOT NULL) STRICT;
INSERT INTO listing_total SELECT coalesce(sum(merchants), 0) FROM categories;
DROP TRIGGER listing_deleted;
CREATE TRIGGER listing_deleted AFTER DELETE ON listing BEGIN
    UPDATE categories SET merchants = merchants - 1 WHERE category = old.category;
    DELETE FROM categories WHERE category = old.category AND merchants = 0;
    UPDATE listing_total SET merchants = merchants - 1;
END;
