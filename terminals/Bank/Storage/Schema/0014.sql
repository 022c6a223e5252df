-- Withdrawals are numbered in the order in which they began, and this file gives no number twice: an audit names rows by it, and remembers which it has looked at.
CREATE TABLE numbered(
    number INTEGER PRIMARY KEY AUTOINCREMENT, request BLOB NOT NULL UNIQUE, u BLOB NOT NULL REFERENCES account, x INTEGER NOT NULL,
    user_order BLOB NOT NULL, state TEXT NOT NULL, debited INTEGER NOT NULL, ek BLOB, never_issued BLOB, ended INTEGER) STRICT;
INSERT INTO numbered(number, request, u, x, user_order, state, debited, ek, never_issued, ended)
    SELECT rowid, request, u, x, user_order, state, debited, ek, never_issued, ended FROM withdrawal ORDER BY rowid;
DROP TABLE withdrawal;
ALTER TABLE numbered RENAME TO withdrawal;
CREATE INDEX withdrawal_state ON withdrawal(state, ended);
