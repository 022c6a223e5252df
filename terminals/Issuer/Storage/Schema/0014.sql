-- Withdrawals are numbered in the order in which they were answered, and this file gives no number twice: a bank that was restored from a copy asks on from one (R27).
CREATE TABLE numbered(
    number INTEGER PRIMARY KEY AUTOINCREMENT, request BLOB NOT NULL UNIQUE, bank INTEGER NOT NULL, x INTEGER NOT NULL, ek BLOB,
    never_issued BLOB, date INTEGER NOT NULL,
    asked BLOB /* the bank's signed request, for a bank that was restored from a copy (R27) */) STRICT;
INSERT INTO numbered(number, request, bank, x, ek, never_issued, date, asked)
    SELECT rowid, request, bank, x, ek, never_issued, date, asked FROM issuance ORDER BY rowid;
DROP TABLE issuance;
ALTER TABLE numbered RENAME TO issuance;
CREATE INDEX issuance_refused ON issuance(bank, date) WHERE never_issued IS NOT NULL;
