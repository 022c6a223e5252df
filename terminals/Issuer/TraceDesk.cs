using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Overspenders (EP 0810563, claim 6, step 9e): the issuer gives the bank of the coin the opening of E_I and all payments; the
/// bank finds U. The issuer gets to know whether the bank found the case proven, never who it was.
/// </summary>
internal sealed class TraceDesk(Database store, ICashSuite suite, IssuerKeys keys, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>Notes a coin that signed twice under one seq or more than X, and cancels it. Called after the payment was recorded.</summary>
    public static void OpenCase(Database db, CoinRow coin, Timestamp now)
    {
        bool excess = HistoryDatabase.Signed(db, coin.Number) > coin.FaceValue;
        db.Execute(
            """
            INSERT INTO trace_case(coin, coin_id, bank, is_excess, opened) VALUES(?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(coin) DO UPDATE SET is_excess = max(is_excess, excluded.is_excess)
            """,
            coin.Number, coin.Id.Value.ToArray(), (long)coin.Bank.Value, excess ? 1 : 0, now.ToLedger());
        var current = InspectionDatabase.Find(db, coin.Id)!;
        InspectionDatabase.Cancel(db, current, now);
        CoinLife.MakeHot(db, current);
    }

    /// <summary>A payment was struck out: without a finding, what is left may be no excess any more.</summary>
    public static void Struck(Database db, CoinRow coin, Timestamp now)
    {
        _ = now;
        if (HistoryDatabase.Signed(db, coin.Number) <= coin.FaceValue)
        {
            // What made it an excess is struck out; a finding that was made stays with the bank, which hears the rebuttal.
            db.Execute("UPDATE trace_case SET is_excess = 0 WHERE coin = ?1 AND proof IS NULL", coin.Number);
        }
    }

    /// <summary>A bank fetches the dossiers of its coins on which it has not spoken. Only excess lets an identity go (hole 19).</summary>
    public LinkMessage HandleFetch(LinkPeer peer)
    {
        if (peer.Role != LinkRole.Bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks fetch dossiers, each its own.").ToMessage();
        }

        var dossiers = store.Read(db => db
            .Query(
                "SELECT coin_id FROM trace_case WHERE bank = ?1 AND is_excess = 1 AND proof IS NULL ORDER BY opened",
                r => new CoinId(Digest.Read(r.Bytes(0))), (long)peer.Id.Value)
            .Select(id => Assemble(db, InspectionDatabase.Find(db, id)!))
            .ToList());
        return DossierMessages.WriteReply(dossiers);
    }

    /// <summary>The bank's finding; an excess may still be rebutted later (hole 19).</summary>
    public LinkMessage HandleOutcome(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks judge dossiers, each its own.").ToMessage();
        }

        if (DossierMessages.ReadOutcome(request) is not { } outcome)
        {
            return new Refusal(RefusalReason.Malformed, "The finding is malformed.").ToMessage();
        }

        store.Write(db => db.Execute(
            """
            UPDATE trace_case SET proof = ?3, judged = coalesce(judged, ?4)
            WHERE coin_id = ?1 AND bank = ?2 AND (proof IS NULL OR proof = ?5)
            """,
            outcome.Coin.Value.ToArray(), (long)peer.Id.Value, (long)outcome.Proof, Timestamp.Now(clock).ToLedger(), (long)Proof.Excess));
        crash.Reach(CrashPoints.OutcomeCommitted);
        return new LinkMessage(MessageType.DossierOutcomeReply, []);
    }

    /// <summary>
    /// True if this issuer's dossier of the coin proves an excess of at least that much: the check that the bank makes, and anybody with the evidence file.
    /// </summary>
    public bool Proves(Database db, CoinId coin, Amount claim)
    {
        if (InspectionDatabase.Find(db, coin) is not { } row || !HistoryDatabase.Entries(db, row.Number).Exists(e => e.Reversal is null))
        {
            return false;
        }

        var dossier = Assemble(db, row);
        return dossier.EncipheredRequest(suite) is { } ei && dossier.Check(suite, keys.RootKey, ei) == Proof.Excess && dossier.Spent >= row.FaceValue + claim;
    }

    private Dossier Assemble(Database db, CoinRow coin)
    {
        var m = Ecies.TryDecrypt(suite, keys.Evidence, coin.Opening)
            ?? throw new InvalidOperationException($"The sealed opening of coin {coin.Id} is damaged.");
        // The keys may have changed since: of PE_I, the one whose E_I this is; of PS_I, the one that signed the coin (hole 22).
        var payments = HistoryDatabase.Entries(db, coin.Number).Where(e => e.Reversal is null).Select(e => e.H).ToList();
        var request = CashRequest.Decode(m)!;
        var encryption = keys.EncryptionCertificates.First(c => new RequestId(Digest.Of(request.Encipher(suite, c.Key))) == coin.Request);
        var coinKey = keys.Certificate(KeyUsage.IssuerCoin, payments[0].Coin.Terms.IssuerKey)!;
        return new Dossier(m, encryption, coinKey, payments);
    }
}
