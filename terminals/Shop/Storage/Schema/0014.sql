-- Coin payments are numbered in the order in which they came, and this file gives no number twice.
CREATE TABLE numbered(
    number INTEGER PRIMARY KEY AUTOINCREMENT, payment_id BLOB NOT NULL UNIQUE, time INTEGER NOT NULL REFERENCES ticket,
    coin_id BLOB NOT NULL, seq INTEGER NOT NULL,
    y INTEGER NOT NULL, h BLOB NOT NULL, state TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0, receipt BLOB, sw BLOB,
    delivered INTEGER NOT NULL DEFAULT 0, forwarded INTEGER NOT NULL DEFAULT 0, reversal BLOB,
    until INTEGER NOT NULL, unknown_key INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL,
    again INTEGER NOT NULL DEFAULT 0 /* an issuer that was restored from a copy has forgotten it (R27) */) STRICT;
INSERT INTO numbered(number, payment_id, time, coin_id, seq, y, h, state, sent, receipt, sw, delivered, forwarded, reversal, until, unknown_key, asked, again)
    SELECT rowid, payment_id, time, coin_id, seq, y, h, state, sent, receipt, sw, delivered, forwarded, reversal, until, unknown_key, asked, again
    FROM part ORDER BY rowid;
-- What refers to a table goes before it.
CREATE TABLE revision(
    payment_id BLOB NOT NULL REFERENCES numbered(payment_id), revision INTEGER NOT NULL, receipt BLOB NOT NULL, PRIMARY KEY(payment_id, revision)) STRICT;
INSERT INTO revision(payment_id, revision, receipt) SELECT payment_id, revision, receipt FROM receipt;
DROP TABLE receipt;
DROP TABLE part;
ALTER TABLE numbered RENAME TO part;
ALTER TABLE revision RENAME TO receipt;
CREATE INDEX part_state ON part(state);
CREATE INDEX part_coin ON part(coin_id, seq);
CREATE INDEX part_time ON part(time);
CREATE INDEX part_again ON part(again) WHERE again = 1;
CREATE INDEX part_offered ON part(asked) WHERE sw IS NOT NULL AND delivered <> 1;
