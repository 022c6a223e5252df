using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>The bank's tables. Amounts in minor units, dates in microseconds since 1970.</summary>
internal static class BankSchema
{
    public const string Sql = Forgotten.Schema + """

        CREATE TABLE secret_key(name TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT;
        -- Keys that a person has named as this bank's own, whose secret was lost with an older database (R27).
        CREATE TABLE lost_key(public_key BLOB PRIMARY KEY) STRICT;
        -- Known: up to which number each of its orders is known, or renounced for good (R27).
        CREATE TABLE account(
            u BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, public_key BLOB NOT NULL, opened INTEGER NOT NULL, known INTEGER NOT NULL DEFAULT 0) STRICT;

        -- Which request each number of an account's orders is for; declined: the issuer's "never issued" has freed its card's slot. Forgotten after its withdrawal; the number stays known.
        CREATE TABLE ordered(u BLOB NOT NULL REFERENCES account, number INTEGER NOT NULL, request BLOB NOT NULL, date INTEGER NOT NULL,
            declined INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(u, number)) STRICT;
        CREATE INDEX ordered_date ON ordered(date);
        -- Numbers whose order cannot be shown any more, by the account's signed word: a renunciation, or (shown = 1) an order of which nobody has E_I.
        CREATE TABLE renounced(u BLOB NOT NULL REFERENCES account, number INTEGER NOT NULL, word BLOB NOT NULL, shown INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(u, number)) STRICT;
        -- Orders of what was issued before the bank was restored, which the account did not cover when they were shown.
        CREATE TABLE owed(request BLOB PRIMARY KEY, u BLOB NOT NULL REFERENCES account, user_order BLOB NOT NULL) STRICT;

        -- Letters with activation codes, the newest of a card last: a digest of the code's hash (the card has the hash, the letter the code), the name in the
        -- letter, and whose card took it, or is to take it; a new card has no account yet. Offered: a card has heard of the code, or may have.
        -- Signed: the bank has signed a set-back to it.
        CREATE TABLE letter(
            id INTEGER PRIMARY KEY AUTOINCREMENT, mark BLOB NOT NULL UNIQUE, holder TEXT NOT NULL, u BLOB, offered INTEGER NOT NULL, signed INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE shop_account(reference BLOB PRIMARY KEY, name TEXT NOT NULL) STRICT;

        -- For which account a till's request was signed: signed again, it is for the same one.
        CREATE TABLE shop_till(till_key BLOB PRIMARY KEY, reference BLOB NOT NULL REFERENCES shop_account) STRICT;

        -- Double-entry ledger: every transaction's entries sum to zero. The vault is what the bank holds in return, so it is negative.
        CREATE TABLE ledger_account(
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, owner BLOB NOT NULL, balance INTEGER NOT NULL DEFAULT 0,
            UNIQUE(kind, owner)) STRICT;
        CREATE TABLE ledger_tx(
            id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER NOT NULL, kind TEXT NOT NULL, reference BLOB NOT NULL,
            UNIQUE(kind, reference)) STRICT;
        CREATE TABLE ledger_entry(
            tx INTEGER NOT NULL REFERENCES ledger_tx, account INTEGER NOT NULL REFERENCES ledger_account, amount INTEGER NOT NULL) STRICT;
        CREATE INDEX ledger_entry_account ON ledger_entry(account);

        -- User database (201): U against E_I, with the user's signed order and what became of it.
        CREATE TABLE withdrawal(
            request BLOB PRIMARY KEY, u BLOB NOT NULL REFERENCES account, x INTEGER NOT NULL, user_order BLOB NOT NULL,
            state TEXT NOT NULL, debited INTEGER NOT NULL, ek BLOB, never_issued BLOB, ended INTEGER) STRICT;
        CREATE INDEX withdrawal_state ON withdrawal(state, ended);

        -- Withdrawals of an account that came to nothing, since when it is counted (rule R10).
        CREATE TABLE refused(u BLOB PRIMARY KEY REFERENCES account, since INTEGER NOT NULL, times INTEGER NOT NULL) STRICT;

        CREATE TABLE certificate(key_id INTEGER PRIMARY KEY, certificate BLOB NOT NULL) STRICT;

        -- Instructions in order of number; state 0 is booked, else why it is parked (R8). The last number that is kept.
        CREATE TABLE booked_transfer(number INTEGER PRIMARY KEY, transfer BLOB NOT NULL, state INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE booked(only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL) STRICT;

        -- What was parked: since when, the bank's newest signed word of it, whether the issuer heard that, whether there was an alarm, whether its money is in suspense.
        CREATE TABLE parked(
            number INTEGER PRIMARY KEY REFERENCES booked_transfer, since INTEGER NOT NULL, statement BLOB NOT NULL,
            told INTEGER NOT NULL DEFAULT 0, alarmed INTEGER NOT NULL DEFAULT 0, suspense INTEGER NOT NULL DEFAULT 0) STRICT;

        -- How far this bank (2) and the issuer (1) are with each other: the newest signed word of each (R27). That the bank was restored from an older copy: since when it knows, and its
        -- own later word, which shows it.
        CREATE TABLE position(role INTEGER PRIMARY KEY, number INTEGER NOT NULL, position BLOB NOT NULL, answered INTEGER NOT NULL DEFAULT 0) STRICT;
        -- What was issued to this bank before it was restored, and of which it has no order: its account is not known yet, its money comes from suspense (R27).
        CREATE TABLE recovered(request BLOB PRIMARY KEY, x INTEGER NOT NULL, key_id INTEGER NOT NULL, ei BLOB NOT NULL, ek BLOB NOT NULL, date INTEGER NOT NULL) STRICT;
        CREATE TABLE behind(only INTEGER PRIMARY KEY CHECK (only = 1), since INTEGER NOT NULL, proof BLOB NOT NULL) STRICT;

        -- Since when the issuer says that this bank is an older copy, by no word of this bank; until the two agree, or a word shows it.
        CREATE TABLE disbelieved(only INTEGER PRIMARY KEY CHECK (only = 1), since INTEGER NOT NULL) STRICT;

        -- Since when the issuer does not answer this bank, and why, in its words; no row while it does.
        CREATE TABLE unanswered(only INTEGER PRIMARY KEY CHECK (only = 1), since INTEGER NOT NULL, said TEXT NOT NULL) STRICT;
        CREATE TABLE alarm(kind TEXT NOT NULL, subject BLOB NOT NULL, date INTEGER NOT NULL, PRIMARY KEY(kind, subject)) STRICT;

        -- Cases (claim 6, step 9e): the newest dossier of each, what may be claimed on it, what was; proof: what the file shows with all that was heard and
        -- filed; outcome: what the issuer is told of the revision; fell: since when the file proves nothing any more.
        CREATE TABLE evidence(
            coin_id BLOB PRIMARY KEY, revision INTEGER NOT NULL, u BLOB, proof INTEGER NOT NULL, outcome INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0,
            spent INTEGER NOT NULL, excess INTEGER NOT NULL, guaranteed INTEGER NOT NULL, claimed INTEGER NOT NULL DEFAULT 0,
            file BLOB, judged INTEGER NOT NULL, fell INTEGER) STRICT;

        -- What U was told, and what may be claimed once that term is over (rule R5).
        CREATE TABLE notice(
            coin_id BLOB NOT NULL, revision INTEGER NOT NULL, u BLOB NOT NULL, until INTEGER NOT NULL, allowed INTEGER NOT NULL, notice BLOB NOT NULL,
            last INTEGER NOT NULL /* when the last answer counts for money */, fallen INTEGER NOT NULL DEFAULT 0 /* its case fell since */,
            PRIMARY KEY(coin_id, revision)) STRICT;
        CREATE INDEX notice_user ON notice(u);

        -- What U showed, and {H, S_W} of it for the issuer, with its reversal (rules R3, R4); up to where the issuer's own reversals are filed.
        CREATE TABLE rebuttal(
            coin_id BLOB NOT NULL, digest BLOB NOT NULL, rebuttal BLOB NOT NULL, in_time INTEGER NOT NULL, its INTEGER NOT NULL, PRIMARY KEY(coin_id, digest)) STRICT;
        CREATE TABLE void_message(payment_id BLOB PRIMARY KEY, coin_id BLOB NOT NULL, message BLOB NOT NULL, since INTEGER NOT NULL, answer BLOB) STRICT;
        CREATE INDEX void_message_coin ON void_message(coin_id);
        CREATE TABLE filed(only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL) STRICT;

        -- Lost cards: the user's signed report, and which of the withdrawals the issuer has cancelled (hole 10).
        CREATE TABLE lost_report(u BLOB PRIMARY KEY REFERENCES account, report BLOB NOT NULL, date INTEGER NOT NULL) STRICT;

        -- Cards in whose place an account has another: what comes for the old one goes on to its successor.
        CREATE TABLE replaced(u BLOB PRIMARY KEY REFERENCES account, successor BLOB NOT NULL REFERENCES account, date INTEGER NOT NULL) STRICT;
        CREATE TABLE cancellation(request BLOB PRIMARY KEY, u BLOB NOT NULL, date INTEGER) STRICT;

        -- What the issuer said of this bank's circulation, day by day.
        CREATE TABLE audit_statement(number INTEGER PRIMARY KEY, statement BLOB NOT NULL) STRICT;

        -- What the issuer signed and contradicts that, each with the statement that it contradicts: proof that the books were changed.
        CREATE TABLE contradiction(digest BLOB PRIMARY KEY, date INTEGER NOT NULL, refused BLOB NOT NULL, kept BLOB) STRICT;
        """;
}
