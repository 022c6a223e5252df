using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Payments that are taken back: a shop's reversal, S_W that shops forward, and the dead statements that give users back what was never
/// settled (holes 2 to 4). A dead mark stands in the table that settlement looks into, before anybody hears of it.
/// </summary>
internal sealed class Reversals(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeTerms terms, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>A shop takes a payment back: settled or not, it never counts again. Once this is answered, S_W may leave.</summary>
    public LinkMessage HandleReverse(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Shop)
        {
            return Refuse(RefusalReason.NotAllowed, "Only the shop that was paid takes a payment back.");
        }

        if (CashPayment.Decode(request.Body) is not { } h)
        {
            return Refuse(RefusalReason.Malformed, "The payment is malformed.");
        }

        if (!IsGenuine(h))
        {
            return Refuse(RefusalReason.BadSignature, "The payment's signatures do not verify: there is nothing to take back.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db => Registry.TillOwner(db, h.Till) is { } shop && shop.Id == peer.Id
            ? Reverse(db, shop, h, now)
            : Refuse(RefusalReason.NotAllowed, "This payment was made to another shop's till."));
        crash.Reach(CrashPoints.ReverseCommitted);
        return answer;
    }

    /// <summary>S_W, kept until the payment it speaks of shows up, or for its dead statement.</summary>
    public LinkMessage HandleVoid(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Shop)
        {
            return Refuse(RefusalReason.NotAllowed, "Only shops forward what they voided.");
        }

        if (ReversalMessages.ReadVoid(request) is not { } statement || PublicKey.TryDecode(statement.TillKey) is not { } till)
        {
            return Refuse(RefusalReason.Malformed, "The void is malformed.");
        }

        return store.Write(db =>
        {
            // Of its own tills only: nobody fills the table with what nobody asked for.
            if (Registry.TillOwner(db, OneWay.W(till))?.Id != peer.Id)
            {
                return Refuse(RefusalReason.NotAllowed, "This void is signed by another shop's till.");
            }

            db.Execute(
                "INSERT OR IGNORE INTO void(coin_id, seq, statement, date) VALUES(?1, ?2, ?3, ?4)",
                statement.Coin.Value.ToArray(), (long)statement.Seq, Encode(statement), Timestamp.Now(clock).ToLedger());
            return new LinkMessage(MessageType.ForwardVoidReply, []);
        });
    }

    /// <summary>A user asks for the money of a payment that was never settled (hole 4).</summary>
    public LinkMessage HandleDead(LinkMessage request)
    {
        if (WalletMessages.ReadDead(request) is not { } asked)
        {
            return Refuse(RefusalReason.Malformed, "The request for a dead statement is malformed.");
        }

        if (!IsGenuine(asked.H))
        {
            return Refuse(RefusalReason.BadSignature, "The payment's signatures do not verify.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db => Decide(db, asked.H, asked.Void, now));
        crash.Reach(CrashPoints.DeadCommitted);
        return answer;
    }

    /// <summary>True if the payment will never count, by its mark or by an S_W that was forwarded.</summary>
    public bool IsDead(Database db, CashPayment h, Timestamp now)
    {
        if (FindMark(db, h.Id) is not null)
        {
            return true;
        }

        if (StoredVoid(db, h) is not { } statement)
        {
            return false;
        }

        Mark(db, h, DeathBasis.Voided, statement, now);
        return true;
    }

    private LinkMessage Reverse(Database db, ShopEntry shop, CashPayment h, Timestamp now)
    {
        var reversal = Reversal.Sign(keys.Statement, issuer, h.Id, h.Paid, now);
        if (HistoryDatabase.Find(db, h.Id) is not { } row)
        {
            if (FindMark(db, h.Id) is null)
            {
                Mark(db, h, DeathBasis.Voided, null, now);
            }

            return ReversalMessages.WriteReply(reversal);
        }

        if (row.Reversed is { } earlier)
        {
            return new LinkMessage(MessageType.ReverseReply, earlier);
        }

        if (db.Number("SELECT paid FROM guarantee WHERE payment_id = ?1", h.Id.Value.ToArray()) == 1)
        {
            return Refuse(RefusalReason.NotAllowed, "This payment was paid by the guarantee. Refund it in cash.");
        }

        db.Execute("DELETE FROM guarantee WHERE payment_id = ?1", h.Id.Value.ToArray());
        var reply = ReversalMessages.WriteReply(reversal);
        HistoryDatabase.Reverse(db, row, reply.Body);
        var coin = InspectionDatabase.Find(db, h.Coin.Id);
        if (coin is not null && !row.Credited.IsZero)
        {
            InspectionDatabase.Restore(db, coin, row.Credited);
            db.Execute("UPDATE bank SET settled = settled - ?2 WHERE id = ?1", (long)coin.Bank.Value, row.Credited.ToLedger());
            TransferDesk.Add(db, coin.Bank, TransferKind.FloatRestore, default, row.Credited);
            TransferDesk.Add(db, shop.Bank, TransferKind.ShopDebit, shop.Account, row.Credited);
        }

        if (coin is not null && HistoryDatabase.Signed(db, coin.Number) <= coin.FaceValue)
        {
            // What made it an excess is struck out; a finding that was made stays with the bank, which hears the rebuttal.
            db.Execute("UPDATE trace_case SET is_excess = 0 WHERE coin = ?1 AND proof IS NULL", coin.Number);
        }

        return reply;
    }

    private LinkMessage Decide(Database db, CashPayment h, VoidStatement? shown, Timestamp now)
    {
        if (FindMark(db, h.Id) is { } statement)
        {
            return new LinkMessage(MessageType.DeadStatementReply, statement);
        }

        var row = HistoryDatabase.Find(db, h.Id);
        if (row is { Reversed: null })
        {
            return Refuse(RefusalReason.NotAllowed, $"This payment was settled on {row.Receipt.Date}. It is spent.");
        }

        var evidence = shown is not null && shown.Voids(suite, h) ? shown : StoredVoid(db, h);
        bool known = Registry.TillOwner(db, h.Till) is not null || h.Till == OneWay.W(keys.RootKey);
        var over = Timestamp.Min(h.Time, h.Coin.Terms.Expiry.End).Plus(terms.SettleTerm);
        DeathBasis? basis = evidence is not null || row is not null ? DeathBasis.Voided : !known ? DeathBasis.TillUnknown : now > over ? DeathBasis.TermOver : null;
        return basis is { } found
            ? new LinkMessage(MessageType.DeadStatementReply, Mark(db, h, found, evidence, now))
            : Refuse(RefusalReason.OutOfDate, $"The shop may still settle this payment. Ask again after {over}.");
    }

    private byte[] Mark(Database db, CashPayment h, DeathBasis basis, VoidStatement? evidence, Timestamp now)
    {
        var statement = DeadStatement.Sign(keys.Statement, issuer, h, basis, now).Encode();
        db.Execute(
            "INSERT INTO dead_payment(payment_id, coin_id, seq, y, basis, date, void, statement, expiry) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            h.Id.Value.ToArray(), h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Paid.ToLedger(), (long)basis, now.ToLedger(),
            evidence is null ? null : Encode(evidence), statement, (long)h.Coin.Terms.Expiry.Index);
        return statement;
    }

    private static byte[]? FindMark(Database db, PaymentId payment) =>
        db.First("SELECT statement FROM dead_payment WHERE payment_id = ?1", r => r.Bytes(0), payment.Value.ToArray());

    private VoidStatement? StoredVoid(Database db, CashPayment h) => db
        .Query("SELECT statement FROM void WHERE coin_id = ?1 AND seq = ?2", r => r.Bytes(0), h.Coin.Id.Value.ToArray(), (long)h.Seq)
        .Select(bytes => ReversalMessages.ReadVoid(new LinkMessage(MessageType.ForwardVoid, bytes)))
        .FirstOrDefault(v => v is not null && v.Voids(suite, h));

    private bool IsGenuine(CashPayment h) =>
        h.Coin.Terms.Issuer == issuer && keys.CoinKey(h.Coin.Terms.IssuerKey) is { } key && h.Coin.Verify(suite, key) && h.Verify(suite);

    private static byte[] Encode(VoidStatement statement) => BerTlv.Encode(VoidStatement.MaxEncodedSize, statement.Write);

    private static LinkMessage Refuse(RefusalReason reason, string text) => new Refusal(reason, text).ToMessage();
}
