-- "only" is a reserved word of SQL.
ALTER TABLE booked RENAME COLUMN only TO singleton;
ALTER TABLE behind RENAME COLUMN only TO singleton;
ALTER TABLE disbelieved RENAME COLUMN only TO singleton;
ALTER TABLE unanswered RENAME COLUMN only TO singleton;
ALTER TABLE filed RENAME COLUMN only TO singleton;
