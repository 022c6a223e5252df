using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>A case as the bank keeps it.</summary>
/// <param name="Proof">What the file shows, with all that was heard and filed.</param>
/// <param name="Allowed">Most that may ever be claimed.</param>
internal sealed record CaseEntry(uint Revision, Proof Proof, Amount Allowed, Evidence? File);

/// <summary>A payment of which the bank has S_W, and since when it brings that to the issuer.</summary>
internal sealed record BroughtVoid(CashPayment H, Timestamp Since);

/// <summary>The bank's cases, its notices to users, and what these showed (rules R3, R5, R9).</summary>
internal static class EvidenceStore
{
    public static CaseEntry? Find(IReadSnapshot db, CoinId coin) => db.First(
        "SELECT revision, proof, min(excess, guaranteed), file FROM evidence WHERE coin_id = $1",
        r => new CaseEntry(
            checked((uint)r.GetInt64(0)), (Proof)r.GetInt64(1), Amount.FromLedger(r.GetInt64(2)), r.BytesOrNull(3) is { } file ? Evidence.Decode(file) : null),
        coin.Value.ToArray());

    public static List<Evidence> Files(IReadSnapshot db) =>
        db.Query("SELECT file FROM evidence WHERE file IS NOT NULL ORDER BY judged, coin_id", r => Evidence.Decode(r.Bytes(0))!);

    /// <summary>A dossier that proves nothing: what the issuer is told. A file that an earlier revision gave stays.</summary>
    public static void Reject(IWriteTransaction db, Dossier dossier, Proof proof, Timestamp now) => db.Execute(
        """
        INSERT INTO evidence(coin_id, revision, proof, outcome, spent, excess, guaranteed, judged) VALUES($1, $2, $3, $3, $4, 0, 0, $5)
        ON CONFLICT(coin_id) DO UPDATE SET revision = excluded.revision, outcome = excluded.outcome, told = 0
        """,
        dossier.Coin.Value.ToArray(), (long)dossier.Header.Revision, (long)proof, dossier.Spent.ToLedger(), now.ToLedger());

    /// <summary>Keeps a file, in the place of that of an earlier revision, and the notice that goes with it.</summary>
    /// <param name="last">The last moment at which what is shown counts for money. A notice that ends later could not be answered in its term: it allows no claim.</param>
    public static void Keep(IWriteTransaction db, Evidence file, EvidenceFinding standing, Timestamp last, Timestamp now)
    {
        var allowed = standing.Claimable;
        bool late = file.Notice.Until > last;
        Switches.Off("R5 late notice", ref late);
        allowed = late ? Amount.Zero : allowed;
        var coin = file.Dossier.Coin.Value.ToArray();
        long revision = file.Dossier.Header.Revision;
        db.Execute(
            """
            INSERT INTO evidence(coin_id, revision, u, proof, outcome, spent, excess, guaranteed, file, judged, fell)
            VALUES($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, CASE WHEN $4 = $10 THEN NULL ELSE $9 END)
            ON CONFLICT(coin_id) DO UPDATE SET revision = excluded.revision, u = excluded.u, proof = excluded.proof, outcome = excluded.outcome, told = 0,
                spent = excluded.spent, excess = excluded.excess, guaranteed = excluded.guaranteed, file = excluded.file,
                fell = CASE WHEN excluded.fell IS NULL THEN NULL ELSE coalesce(fell, excluded.fell) END
            """,
            coin, revision, file.Order.User.Value.ToArray(), (long)Shown(standing), standing.Spent.ToLedger(), standing.Excess.ToLedger(),
            standing.Guaranteed.ToLedger(), file.Encode(), now.ToLedger(), (long)Proof.Excess);
        db.Execute(
            "INSERT OR REPLACE INTO notice(coin_id, revision, u, until, allowed, last, notice) VALUES($1, $2, $3, $4, $5, $6, $7)",
            coin, revision, file.Order.User.Value.ToArray(), file.Notice.Until.ToLedger(), allowed.ToLedger(), last.ToLedger(), file.Notice.Encode());
        NoteFall(db, coin);
    }

    private static void NoteFall(IWriteTransaction db, byte[] coin) => db.Execute(
        "UPDATE notice SET fallen = 1 WHERE coin_id = $1 AND EXISTS (SELECT 1 FROM evidence e WHERE e.coin_id = $1 AND e.fell IS NOT NULL)", coin);

    /// <summary>Something was heard or filed: what the file shows now. The issuer is told if that is another finding.</summary>
    public static void Weigh(IWriteTransaction db, Evidence file, EvidenceFinding standing, Timestamp now)
    {
        db.Execute(
            """
            UPDATE evidence SET told = CASE WHEN outcome = $2 THEN told ELSE 0 END, outcome = $2, proof = $2, spent = $3, excess = $4, guaranteed = $5, file = $6,
                fell = CASE WHEN $2 = $8 THEN NULL ELSE coalesce(fell, $7) END
            WHERE coin_id = $1
            """,
            file.Dossier.Coin.Value.ToArray(), (long)Shown(standing), standing.Spent.ToLedger(), standing.Excess.ToLedger(), standing.Guaranteed.ToLedger(), file.Encode(),
            now.ToLedger(), (long)Proof.Excess);
        NoteFall(db, file.Dossier.Coin.Value.ToArray());
    }

    /// <summary>Since when a case proves nothing any more, and what is claimed on it now.</summary>
    public static (Timestamp? Fell, Amount Claimed) Standing(IReadSnapshot db, CoinId coin) => db.Query(
        "SELECT fell, claimed FROM evidence WHERE coin_id = $1",
        r => (r.IsDBNull(0) ? (Timestamp?)null : Timestamp.FromLedger(r.GetInt64(0)), Amount.FromLedger(r.GetInt64(1))), coin.Value.ToArray()).Single();

    /// <summary>
    /// What may be claimed on a case now: what is proven and guaranteed, of which U was told a dispute term ago, less what was claimed (rules R5, R9). Once nothing that is shown
    /// counts for money any more, what a notice allowed counts only if its case never fell: who was acquitted in time is not claimed from for a payment that comes later.
    /// </summary>
    public static Amount Claimable(IReadSnapshot db, CoinId coin, Timestamp now)
    {
        var counts = now;
        Switches.Replace("R5 fallen notice", ref counts, default);
        var over = now;
        Switches.Replace("R5 term", ref over, new Timestamp((ulong)long.MaxValue));
        var row = db.First(
            """
            SELECT iif(e.proof = $3, e.excess, 0), e.guaranteed, e.claimed,
                coalesce((SELECT max(n.allowed) FROM notice n WHERE n.coin_id = e.coin_id AND n.until <= $2 AND (n.fallen = 0 OR $4 <= n.last)), 0)
            FROM evidence e WHERE e.coin_id = $1
            """,
            r => new { Excess = r.GetInt64(0), Guaranteed = r.GetInt64(1), Claimed = r.GetInt64(2), Noticed = r.GetInt64(3) },
            coin.Value.ToArray(), over.ToLedger(), (long)Proof.Excess, counts.ToLedger());
        if (row is null)
        {
            return Amount.Zero;
        }

        var (excess, guaranteed, noticed, claimed) = (row.Excess, row.Guaranteed, row.Noticed, row.Claimed);
        Switches.Replace("R9 booked excess", ref excess, long.MaxValue);
        Switches.Replace("R9 booked promise", ref guaranteed, long.MaxValue);
        Switches.Replace("R9 booked notice", ref noticed, long.MaxValue);
        Switches.Replace("R9 booked once", ref claimed, 0);
        return Amount.FromLedger(Math.Max(0, Math.Min(Math.Min(excess, guaranteed), noticed) - claimed));
    }

    public static List<(CoinId Coin, uint Revision, Proof Outcome)> Untold(IReadSnapshot db) => db.Query(
        "SELECT coin_id, revision, outcome FROM evidence WHERE told = 0 ORDER BY coin_id",
        r => (new CoinId(Digest.Read(r.Bytes(0))), checked((uint)r.GetInt64(1)), (Proof)r.GetInt64(2)));

    /// <summary>The issuer was told; unless the finding changed meanwhile.</summary>
    public static void Told(IWriteTransaction db, CoinId coin, uint revision, Proof outcome) => db.Execute(
        "UPDATE evidence SET told = 1 WHERE coin_id = $1 AND revision = $2 AND outcome = $3", coin.Value.ToArray(), (long)revision, (long)outcome);

    /// <summary>The issuer asks again: its answer was lost.</summary>
    public static int TellAgain(IWriteTransaction db, CoinId coin) => db.Execute("UPDATE evidence SET told = 0 WHERE coin_id = $1", coin.Value.ToArray());

    /// <summary>The newest notice of each case that stands against a user.</summary>
    public static List<Notice> Notices(IReadSnapshot db, AccountId user) => db.Query(
        """
        SELECT n.notice FROM notice n JOIN evidence e ON e.coin_id = n.coin_id
        WHERE n.u = $1 AND e.proof = $2 AND n.revision = (SELECT max(revision) FROM notice m WHERE m.coin_id = n.coin_id) ORDER BY n.until LIMIT $3
        """,
        r => Notice.Decode(r.Bytes(0))!, user.Value.ToArray(), (long)Proof.Excess, (long)NoticesReply.Max);

    public static List<(Rebuttal Rebuttal, bool InTime)> Rebuttals(IReadSnapshot db, CoinId coin) => db.Query(
        "SELECT rebuttal, in_time FROM rebuttal WHERE coin_id = $1 ORDER BY digest", r => (Rebuttal.Decode(r.Bytes(0))!, r.GetInt64(1) == 1), coin.Value.ToArray());

    /// <summary>Stands for a case's file and for all that was heard on it: another one as soon as any of that changes.</summary>
    public static Digest Seen(IReadSnapshot db, CoinId coin) => Digest.Of(
    [
        .. db.First("SELECT file FROM evidence WHERE coin_id = $1", r => r.BytesOrNull(0) ?? [], coin.Value.ToArray()) ?? [],
        .. db.Query(
            "SELECT digest, in_time, length(rebuttal) FROM rebuttal WHERE coin_id = $1 ORDER BY digest",
            r => (byte[])[.. r.Bytes(0), (byte)r.GetInt64(1), .. BitConverter.GetBytes(r.GetInt64(2))], coin.Value.ToArray()).SelectMany(b => b),
    ]);

    /// <summary>In the place of the same statements as they came before, with what came with these (<see cref="Rebuttal.Joined"/>).</summary>
    /// <param name="isIts">Each S_W in it is of a payment of the case, and goes to the issuer.</param>
    public static void Hear(IWriteTransaction db, CoinId coin, Rebuttal rebuttal, bool inTime, bool isIts) => db.Execute(
        """
        INSERT INTO rebuttal(coin_id, digest, rebuttal, in_time, its) VALUES($1, $2, $3, $4, $5)
        ON CONFLICT(coin_id, digest) DO UPDATE SET rebuttal = excluded.rebuttal, in_time = max(in_time, excluded.in_time), its = max(its, excluded.its)
        """,
        coin.Value.ToArray(), rebuttal.Digest.ToArray(), rebuttal.Encode(), inTime ? 1 : 0, isIts ? 1 : 0);

    /// <summary>True if this very rebuttal is kept, and each S_W in it went to the issuer.</summary>
    public static bool IsHeard(IReadSnapshot db, CoinId coin, Digest rebuttal) =>
        db.Query("SELECT 1 FROM rebuttal WHERE coin_id = $1 AND digest = $2 AND its", r => r.GetInt64(0), coin.Value.ToArray(), rebuttal.ToArray()).Count > 0;

    /// <summary>The payments of which S_W goes, or went, to the issuer.</summary>
    public static List<BroughtVoid> Brought(IReadSnapshot db, CoinId coin) => db.Query(
        "SELECT message, since FROM void_message WHERE coin_id = $1 ORDER BY payment_id",
        r => new BroughtVoid(VoidedPayment.Of(
            new LinkMessage(MessageType.BankVoid, r.Bytes(0)))!.H, Timestamp.FromLedger(r.GetInt64(1))), coin.Value.ToArray());

    public static void Bring(IWriteTransaction db, CashPayment h, byte[] message, Timestamp now) => db.Execute(
        "INSERT OR IGNORE INTO void_message(payment_id, coin_id, message, since) VALUES($1, $2, $3, $4)", h.Id.Value.ToArray(), h.Coin.Id.Value.ToArray(), message, now.ToLedger());

    public static List<(PaymentId Payment, CoinId Coin, byte[] Message)> Unanswered(IReadSnapshot db) => db.Query(
        "SELECT payment_id, coin_id, message FROM void_message WHERE answer IS NULL ORDER BY payment_id",
        r => (new PaymentId(Digest.Read(r.Bytes(0))), new CoinId(Digest.Read(r.Bytes(1))), r.Bytes(2)));

    /// <param name="answer">The issuer's reversal, or nothing where it refuses for good.</param>
    public static void Answered(IWriteTransaction db, PaymentId payment, byte[] answer) =>
        db.Execute("UPDATE void_message SET answer = $2 WHERE payment_id = $1", payment.Value.ToArray(), answer);

    /// <summary>Up to this number the issuer's reversals are filed.</summary>
    public static ulong Filed(IReadSnapshot db) => (ulong)db.Number("SELECT number FROM filed");

    public static void SetFiled(IWriteTransaction db, ulong number) => db.Execute(
        "INSERT INTO filed(only, number) VALUES(1, $1) ON CONFLICT(only) DO UPDATE SET number = excluded.number", (long)number);

    private static Proof Shown(EvidenceFinding finding) => finding.IsProven ? Proof.Excess : Proof.Nothing;
}
