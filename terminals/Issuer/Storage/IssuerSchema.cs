using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>The issuer's tables. Amounts in minor units, dates in microseconds since 1970, ids as SHA-256 or numbers.</summary>
internal static class IssuerSchema
{
    public const string Sql = Forgotten.Schema + """

        CREATE TABLE secret_key(name TEXT PRIMARY KEY, secret BLOB NOT NULL, certificate BLOB) STRICT;
        CREATE TABLE bank(
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, public_key BLOB NOT NULL, cap INTEGER NOT NULL,
            issued INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0,
            redeemed INTEGER NOT NULL DEFAULT 0, returned INTEGER NOT NULL DEFAULT 0,
            next_number INTEGER NOT NULL DEFAULT 1, acknowledged INTEGER NOT NULL DEFAULT 0,
            told INTEGER NOT NULL DEFAULT 0, missed INTEGER NOT NULL DEFAULT 0, revoked INTEGER, next_key BLOB UNIQUE, keyed INTEGER NOT NULL DEFAULT 0) STRICT;

        -- Keys of banks that were replaced, revoked, or announced and not used: since when, and whether they were revoked (rule R17).
        CREATE TABLE former_key(public_key BLOB PRIMARY KEY, bank INTEGER NOT NULL REFERENCES bank, ended INTEGER NOT NULL, revoked INTEGER) STRICT;

        -- When a bank's key was certified first: its certificates begin then, however often they are made again (rule R19).
        CREATE TABLE certified_key(public_key BLOB PRIMARY KEY, bank INTEGER NOT NULL, date INTEGER NOT NULL) STRICT;
        CREATE TABLE shop(
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, bank INTEGER NOT NULL REFERENCES bank, account BLOB NOT NULL, UNIQUE(bank, account)) STRICT;
        CREATE TABLE till(w BLOB PRIMARY KEY, public_key BLOB NOT NULL, shop INTEGER NOT NULL REFERENCES shop, registered INTEGER NOT NULL,
            revoked INTEGER, contact INTEGER, enrolled_by BLOB,
            newest INTEGER NOT NULL DEFAULT 0, newest_subject BLOB, newest_proof BLOB /* its newest batch: the date, and that the till signed it (R27) */) STRICT;

        -- Every withdrawal that was answered: with cash, or with a tombstone (hole 7).
        CREATE TABLE issuance(
            request BLOB PRIMARY KEY, bank INTEGER NOT NULL, x INTEGER NOT NULL, ek BLOB, never_issued BLOB, date INTEGER NOT NULL,
            asked BLOB /* the bank's signed request, for a bank that was restored from a copy (R27) */) STRICT;
        CREATE INDEX issuance_refused ON issuance(bank, date) WHERE never_issued IS NOT NULL;

        -- Inspection database (105): coins that are not used up. Bank 0: this issuer signed the coin, forgot it with a copy, and no bank gave it back (R27); the coin id stands for its request.
        CREATE TABLE inspection(
            coin INTEGER PRIMARY KEY AUTOINCREMENT, coin_id BLOB NOT NULL UNIQUE, n BLOB NOT NULL, tm INTEGER NOT NULL,
            bank INTEGER NOT NULL, request BLOB NOT NULL, opening BLOB NOT NULL, x INTEGER NOT NULL, y INTEGER NOT NULL DEFAULT 0,
            expiry INTEGER NOT NULL, cancelled INTEGER, lost INTEGER, closed INTEGER,
            returned INTEGER NOT NULL DEFAULT 0, keyed INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX inspection_n ON inspection(n, tm);

        -- History database (108): coins that are used up, until their terms end (hole 6), and every payment that counts.
        CREATE TABLE closed_coin(
            coin INTEGER PRIMARY KEY, coin_id BLOB NOT NULL UNIQUE, n BLOB NOT NULL, tm INTEGER NOT NULL,
            bank INTEGER NOT NULL, request BLOB NOT NULL, opening BLOB NOT NULL, x INTEGER NOT NULL, y INTEGER NOT NULL,
            expiry INTEGER NOT NULL, cancelled INTEGER, lost INTEGER, closed INTEGER,
            returned INTEGER NOT NULL DEFAULT 0, keyed INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX closed_coin_n ON closed_coin(n, tm);
        CREATE TABLE history(
            id INTEGER PRIMARY KEY AUTOINCREMENT, payment_id BLOB NOT NULL UNIQUE, coin INTEGER NOT NULL, seq INTEGER NOT NULL,
            shop INTEGER NOT NULL, y INTEGER NOT NULL, verdict INTEGER NOT NULL, credited INTEGER NOT NULL, guaranteed INTEGER NOT NULL,
            waiting INTEGER NOT NULL, due INTEGER NOT NULL, date INTEGER NOT NULL, h BLOB NOT NULL, submission BLOB, receipt BLOB NOT NULL,
            reversed BLOB, moved INTEGER NOT NULL DEFAULT 0, by_revoked INTEGER NOT NULL DEFAULT 0,
            till BLOB NOT NULL) STRICT;
        CREATE INDEX history_coin ON history(coin, seq);
        CREATE INDEX history_till ON history(till, id);
        -- What is asked at each payment that exceeds a coin, of which there may be tens of thousands.
        CREATE INDEX history_exceeding ON history(coin, id) WHERE reversed IS NULL AND guaranteed + waiting > 0;
        CREATE INDEX history_reversed ON history(coin, id) WHERE reversed IS NOT NULL;
        CREATE INDEX history_kept ON history(coin, id) WHERE reversed IS NOT NULL AND credited > 0;
        CREATE INDEX history_drawn ON history(coin, id) WHERE by_revoked = 1 AND moved > 0;
        CREATE INDEX history_unpaid ON history(coin, shop, verdict) WHERE credited = 0 AND guaranteed = 0 AND reversed IS NULL;
        CREATE INDEX history_counts ON history(coin, verdict, y) WHERE reversed IS NULL;

        -- Payments that came before their TIME: when first (rule R24).
        CREATE TABLE early(payment_id BLOB PRIMARY KEY, coin_id BLOB NOT NULL, arrival INTEGER NOT NULL, expiry INTEGER NOT NULL) STRICT;
        CREATE INDEX early_coin ON early(coin_id);

        -- Overspenders and clones (claim 6, step 9e), and what the guarantee owes to shops (hole 13).
        CREATE TABLE trace_case(
            coin INTEGER PRIMARY KEY, coin_id BLOB NOT NULL UNIQUE, bank INTEGER NOT NULL, is_excess INTEGER NOT NULL,
            opened INTEGER NOT NULL, proof INTEGER, judged INTEGER, revision INTEGER NOT NULL DEFAULT 0, judged_revision INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL DEFAULT 1, content BLOB, claimed INTEGER NOT NULL DEFAULT 0,
            found INTEGER, dated INTEGER NOT NULL DEFAULT 0,
            -- What this issuer's own check found last: what is proven, at which change, on which day (0: never), of how many payments.
            changes INTEGER NOT NULL DEFAULT 0, proven INTEGER NOT NULL DEFAULT -1, proven_at INTEGER NOT NULL DEFAULT 0, proven_on INTEGER NOT NULL DEFAULT 0,
            proven_of INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE dossier_page(coin INTEGER NOT NULL, page_index INTEGER NOT NULL, page BLOB NOT NULL, PRIMARY KEY(coin, page_index)) STRICT;
        CREATE TABLE case_reversal(
            number INTEGER PRIMARY KEY AUTOINCREMENT, bank INTEGER NOT NULL, coin_id BLOB NOT NULL, payment_id BLOB NOT NULL UNIQUE, reversal BLOB NOT NULL) STRICT;
        -- Whatever changes a payment of a case lets its dossier be looked at again (rule R9).
        CREATE TRIGGER case_grows AFTER INSERT ON history BEGIN UPDATE trace_case SET changed = 1, changes = changes + 1 WHERE coin = NEW.coin; END;
        CREATE TRIGGER case_changes AFTER UPDATE OF guaranteed, reversed ON history BEGIN UPDATE trace_case SET changed = 1, changes = changes + 1 WHERE coin = NEW.coin; END;
        CREATE TABLE guarantee(
            payment_id BLOB PRIMARY KEY, coin INTEGER NOT NULL, shop INTEGER NOT NULL, account BLOB NOT NULL, y INTEGER NOT NULL,
            opened INTEGER NOT NULL, due INTEGER NOT NULL, paid INTEGER NOT NULL DEFAULT 0 /* 1 claimed, 2 credited */) STRICT;
        CREATE INDEX guarantee_coin ON guarantee(coin);
        CREATE INDEX guarantee_open ON guarantee(coin, y DESC, due, payment_id) WHERE paid = 0;

        -- What a person should look at: one row for each kind and subject, however often it happens.
        CREATE TABLE alarm(
            id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER NOT NULL, kind TEXT NOT NULL, subject BLOB NOT NULL,
            times INTEGER NOT NULL DEFAULT 1, last INTEGER NOT NULL, UNIQUE(kind, subject)) STRICT;

        -- Payments that will never count, whoever brings them (holes 2 to 4); until when they could be settled without the mark.
        CREATE TABLE dead_payment(
            payment_id BLOB PRIMARY KEY, coin_id BLOB NOT NULL, seq INTEGER NOT NULL, y INTEGER NOT NULL, basis INTEGER NOT NULL,
            date INTEGER NOT NULL, needed INTEGER NOT NULL, statement BLOB NOT NULL, expiry INTEGER NOT NULL) STRICT;
        CREATE INDEX dead_payment_coin ON dead_payment(coin_id, seq);

        -- Coins that tills refuse, by the version of the list that first held them; 0 waits for the next one (hole 11).
        CREATE TABLE hot(coin_id BLOB PRIMARY KEY, version INTEGER NOT NULL, expiry INTEGER NOT NULL) STRICT;
        CREATE TABLE hot_version(version INTEGER PRIMARY KEY, date INTEGER NOT NULL) STRICT;

        -- When the issuer served, and when it did not (rule R6).
        CREATE TABLE alive(id INTEGER PRIMARY KEY, date INTEGER NOT NULL) STRICT;
        CREATE TABLE outage(began INTEGER PRIMARY KEY, ended INTEGER NOT NULL) STRICT;

        -- The latest date that was signed, to a minute, and since when the clock is confirmed by nobody (rule R26). Forgot: when a person set a clock right by which coins were forgotten too early;
        -- what was said before that may be unknown here, and this is no older copy for that (R27).
        CREATE TABLE clock(only INTEGER PRIMARY KEY CHECK(only = 1), signed INTEGER NOT NULL, doubted INTEGER, forgot INTEGER NOT NULL DEFAULT 0) STRICT;

        -- What each bank was told of its circulation, day by day.
        CREATE TABLE audit_statement(bank INTEGER NOT NULL, number INTEGER NOT NULL, statement BLOB NOT NULL, PRIMARY KEY(bank, number)) STRICT;

        -- What is owed between banks since the last cycle, and what was instructed (hole 18). Bank 0: what the issuer bears of coins of no bank (R27); it is never instructed.
        CREATE TABLE transfer_delta(
            bank INTEGER NOT NULL, kind INTEGER NOT NULL, reference BLOB NOT NULL, amount INTEGER NOT NULL,
            PRIMARY KEY(bank, kind, reference)) STRICT;
        CREATE TABLE instruction(
            bank INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, reference BLOB NOT NULL, amount INTEGER NOT NULL,
            transfer BLOB NOT NULL, PRIMARY KEY(bank, number)) STRICT;

        -- How far each bank (2) and this issuer (1) are with each other: the newest signed word of each (R27). That the issuer was restored from an older copy: since when it knows, and
        -- its own later word to that bank, which shows it; bank 0: a receipt, which a till showed.
        CREATE TABLE position(bank INTEGER NOT NULL, role INTEGER NOT NULL, number INTEGER NOT NULL, position BLOB NOT NULL, PRIMARY KEY(bank, role)) STRICT;
        CREATE TABLE behind(bank INTEGER PRIMARY KEY, since INTEGER NOT NULL, proof BLOB NOT NULL) STRICT;

        -- Banks that have to give back, or have given back, what an issuer that was restored from a copy had signed (R27); since when they give it back, and where the copy ends, as far as
        -- is known. Done: 0 it has to visit, 1 it gave back, 2 a person left it out, 3 so, after it had shown a later word: it stays until it comes.
        CREATE TABLE recovery(bank INTEGER PRIMARY KEY, since INTEGER NOT NULL, copied INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, unopened INTEGER NOT NULL DEFAULT 0) STRICT;

        -- Keys of this issuer's own that its copy lacked: their certificates, which others showed it; since when it knows of each, and whether it has recovered since (R27).
        CREATE TABLE lost_key(certificate BLOB PRIMARY KEY, since INTEGER NOT NULL, recovered INTEGER NOT NULL DEFAULT 0) STRICT;

        -- That this issuer was restored from a copy (R27): when it went on, since when the copy knew nothing, and since when tills bring again
        -- what they have.
        CREATE TABLE restoration(id INTEGER PRIMARY KEY, ended INTEGER NOT NULL, since INTEGER NOT NULL, brought INTEGER NOT NULL) STRICT;

        -- What banks could not book (R8): the newest signed word of each, and since when the issuer knows. What stops a bank's issuing.
        CREATE TABLE parked(
            bank INTEGER NOT NULL, number INTEGER NOT NULL, outcome INTEGER NOT NULL, heard INTEGER NOT NULL, date INTEGER NOT NULL, statement BLOB NOT NULL,
            PRIMARY KEY(bank, number)) STRICT;
        CREATE TABLE arrears(bank INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(bank, number)) STRICT;

        -- Promises that are being paid: the ClaimDebit that each is in, and when the shop was credited, which is once the bank has booked that.
        -- What went back to claims instead, because the payment was taken back or the coin paid after all, is in restored.
        CREATE TABLE claim_payment(
            payment_id BLOB PRIMARY KEY, bank INTEGER NOT NULL, number INTEGER, coin_id BLOB NOT NULL, shop_bank INTEGER NOT NULL, account BLOB NOT NULL,
            amount INTEGER NOT NULL, restored INTEGER NOT NULL DEFAULT 0, paid INTEGER) STRICT;
        CREATE INDEX claim_payment_number ON claim_payment(bank, number);

        -- All that was ever instructed, with what was forgotten since as one row a kind, under the highest number in it.
        CREATE VIEW every_instruction AS SELECT bank, number, kind, amount FROM instruction
            UNION ALL SELECT bank, number, kind, amount FROM forgotten WHERE what = 'instruction';

        -- What a bank was known to have, and since when (rule R10): up to which instruction, up to which statement.
        CREATE TABLE mark(bank INTEGER NOT NULL, what TEXT NOT NULL, number INTEGER NOT NULL, date INTEGER NOT NULL, PRIMARY KEY(bank, what, number)) STRICT;
        """;
}
