-- "only" is a reserved word of SQL.
ALTER TABLE till RENAME COLUMN only TO singleton;
ALTER TABLE behind RENAME COLUMN only TO singleton;
ALTER TABLE revocation RENAME COLUMN only TO singleton;
ALTER TABLE hot_state RENAME COLUMN only TO singleton;
