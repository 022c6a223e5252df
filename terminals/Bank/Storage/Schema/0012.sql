-- "only" is a reserved word of SQL.
ALTER TABLE booked RENAME COLUMN only TO singleton;
ALTER TABLE behind RENAME COLUMN only TO singleton;
ALTER TABLE disbelieved RENAME COLUMN only TO singleton;
ALTER TABLE unanswered RENAME COLUMN only TO singleton;
ALTER TABLE filed RENAME COLUMN only TO singleton;

-- Numbers are forgotten by their date, and never by a look at all of them.
CREATE INDEX renounced_since ON renounced(since);
