-- What was noted and not indexed yet stays noted.
DELETE FROM postings;
DELETE FROM indexed;
DELETE FROM fields;
DELETE FROM field_values;
