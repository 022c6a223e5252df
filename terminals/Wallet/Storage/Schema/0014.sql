-- Payments and certificates are numbered in the order in which they came, and this file gives no number twice.
CREATE TABLE numbered(
    number INTEGER PRIMARY KEY AUTOINCREMENT, payment_id BLOB NOT NULL, time INTEGER NOT NULL, h BLOB NOT NULL, entry BLOB NOT NULL,
    UNIQUE(payment_id, entry)) STRICT;
INSERT INTO numbered(number, payment_id, time, h, entry) SELECT rowid, payment_id, time, h, entry FROM payment ORDER BY rowid;
DROP TABLE payment;
ALTER TABLE numbered RENAME TO payment;
CREATE TABLE numbered(number INTEGER PRIMARY KEY AUTOINCREMENT, certificate BLOB NOT NULL UNIQUE) STRICT;
INSERT INTO numbered(number, certificate) SELECT rowid, certificate FROM certificate ORDER BY rowid;
DROP TABLE certificate;
ALTER TABLE numbered RENAME TO certificate;
