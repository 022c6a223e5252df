using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Settles payments (EP 0810563, settlement step 2; claim 6). A batch is one transaction: Y with its limit, history row and
/// transfer delta stand or fall together (hole 24). Verdicts in the order of <see cref="Verdict"/>; each gets a signed receipt.
/// </summary>
internal sealed class Settlement(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeTerms terms, TimeProvider clock, ICrashPoints crash)
{
    private readonly Guarantee _guarantee = new(terms);
    private readonly Reversals _reversals = new(store, suite, keys, issuer, terms, clock, crash);

    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Shop)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only shops settle payments.").ToMessage();
        }

        if (SettleMessage.Read(request) is not { } items)
        {
            return new Refusal(RefusalReason.Malformed, "The batch is malformed, or has too many payments.").ToMessage();
        }

        var now = Timestamp.Now(clock);
        var checkedItems = items.Select(Check).ToList();
        var receipts = store.Write(db =>
        {
            var answers = checkedItems.Select(item => item.Refused is { } verdict
                ? Answer(item.Subject, verdict, item.H?.Paid ?? Amount.Zero, now)
                : Settle(db, peer.Id, item.H!, now)).ToList();
            crash.Reach(CrashPoints.SettleUncommitted);
            return answers;
        });
        crash.Reach(CrashPoints.SettleCommitted);
        return new SettleReply(receipts).ToMessage();
    }

    /// <summary>What needs no database: form and signatures.</summary>
    private (Digest Subject, CashPayment? H, Verdict? Refused) Check(byte[] item)
    {
        if (CashPayment.Decode(item) is not { } h)
        {
            return (Digest.Of(item), null, Verdict.Malformed);
        }

        bool valid = h.Coin.Terms.Issuer == issuer && keys.CoinKey(h.Coin.Terms.IssuerKey) is { } key && h.Coin.Verify(suite, key) && h.Verify(suite);
        return (h.Id.Value, h, valid ? null : Verdict.BadSignature);
    }

    private Receipt Settle(Database db, PartyId submitter, CashPayment h, Timestamp now)
    {
        if (Registry.TillOwner(db, h.Till) is not { } shop || shop.Id != submitter || Registry.IsRevoked(db, h.Till, h.Time))
        {
            return Answer(h, Verdict.TillUnknown, now);
        }

        if (h.Time > now.Plus(terms.ClockTolerance))
        {
            return Answer(h, Verdict.Early, now);
        }

        var first = HistoryDatabase.Answer(db, h.Id);
        Switches.Replace("hole 5", ref first, null);
        if (first is not null)
        {
            return first with { Repeated = true };
        }

        if (_reversals.IsDead(db, h, now))
        {
            return Answer(h, Verdict.Dead, now);
        }

        if (now > Timestamp.Min(h.Time, h.Coin.Terms.Expiry.End).Plus(terms.SettleTerm))
        {
            return Answer(h, Verdict.Late, now);
        }

        if (InspectionDatabase.Find(db, h.Coin.Id) is not { } coin)
        {
            // S_I is genuine and yet nothing is known: the issuer has a problem, not the user (hole 5).
            db.Execute("INSERT INTO alarm(date, kind, subject) VALUES(?1, 'unknown coin', ?2)", now.ToLedger(), h.Coin.Id.Value.ToArray());
            return Answer(h, Verdict.UnknownCoin, now);
        }

        return Count(db, shop, coin, h, now);
    }

    private Receipt Count(Database db, ShopEntry shop, CoinRow coin, CashPayment h, Timestamp now)
    {
        bool fits = h.Paid <= coin.Rest;
        var verdict = HistoryDatabase.HasOther(db, coin.Number, h.Seq) ? Verdict.Equivocation
            : coin.Cancelled is { } date && h.Time > date.Plus(terms.HotListMaxAge) ? Verdict.Cancelled
            : !fits ? Verdict.Excess
            : Verdict.Settled;

        // What the coin still holds pays its holders, whichever of two clones came second; only what exceeds X is anybody's loss.
        bool credited = fits && verdict is Verdict.Settled or Verdict.Equivocation;
        var (guaranteed, due) = credited ? (verdict == Verdict.Settled ? Amount.Zero : h.Paid, verdict == Verdict.Settled ? default : now)
            : verdict is Verdict.Equivocation or Verdict.Excess ? _guarantee.Offer(db, shop, coin, h, now)
            : (Amount.Zero, default);
        var receipt = Receipt.Sign(
            keys.Statement, issuer, h.Id.Value, verdict, h.Paid, h.Coin.Terms.Currency, guaranteed, due, now);
        HistoryDatabase.Record(db, coin, h, shop.Id, credited ? h.Paid : Amount.Zero, receipt);
        if (credited)
        {
            InspectionDatabase.Spend(db, coin, h.Paid);
            db.Execute("UPDATE bank SET settled = settled + ?2 WHERE id = ?1", (long)coin.Bank.Value, h.Paid.ToLedger());
            TransferDesk.Add(db, coin.Bank, TransferKind.FloatDebit, default, h.Paid);
            TransferDesk.Add(db, shop.Bank, TransferKind.ShopCredit, shop.Account, h.Paid);
        }

        if (verdict is Verdict.Equivocation or Verdict.Excess)
        {
            TraceDesk.OpenCase(db, coin, now);
        }

        return receipt;
    }

    private Receipt Answer(CashPayment h, Verdict verdict, Timestamp now) => Answer(h.Id.Value, verdict, h.Paid, now);

    private Receipt Answer(Digest subject, Verdict verdict, Amount y, Timestamp now) =>
        Receipt.Sign(keys.Statement, issuer, subject, verdict, y, terms.Currency, Amount.Zero, default, now);
}
