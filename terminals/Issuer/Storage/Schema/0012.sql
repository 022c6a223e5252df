-- "only" is a reserved word of SQL.
ALTER TABLE clock RENAME COLUMN only TO singleton;
