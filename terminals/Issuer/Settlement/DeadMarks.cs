namespace HierCash.Issuer;

/// <summary>
/// Payments that will never count, whoever brings them (holes 2 to 4): a mark in the table that settlement looks into, before anybody hears
/// of it. A mark is needed for as long as the payment could be settled without it. After that it only shows a second message under its seq,
/// and gives way to others.
/// </summary>
internal sealed class DeadMarks(IssuerKeys keys, PartyId issuer, SchemeParameters terms)
{
    /// <summary>Marks that are kept of one coin: who has its key, and a till, makes them without end (rule R10).</summary>
    public const int MaxKept = 1024;

    /// <summary>Signs that a payment which was never settled never will be, and marks it where there is room or need.</summary>
    /// <param name="of">The coin as it is known: the payment may show another S_I of the same withdrawal (rule R27).</param>
    /// <returns>Null where it could be settled without a mark and there is no room for one: it has to be asked again.</returns>
    public NonSettlementStatement? Mark(IWriteTransaction db, CoinId of, CashPayment h, DeathBasis basis, Timestamp now)
    {
        var late = terms.LateAfter(h).Plus(terms.ClockTolerance);
        bool isFull = DeadPaymentTable.Count(db, of) >= MaxKept && !DeadPaymentTable.DropNeedless(db, of, now);
        if (isFull && now <= Needed(db, h, late))
        {
            return null;
        }

        var statement = Sign(h, basis, now);
        if (!isFull)
        {
            DeadPaymentTable.Add(db, of, statement, late, h.Coin.Terms.Expiry);
        }

        return statement;
    }

    /// <summary>The statement alone, of a payment whose row says that it does not count.</summary>
    public NonSettlementStatement Sign(CashPayment h, DeathBasis basis, Timestamp date) =>
        NonSettlementStatement.Sign(keys.Statement, issuer, h, basis, date);

    /// <summary>
    /// Until when the payment could be settled without a mark, also if the issuer's clock is set back by as much as is tolerated: until it
    /// is late. What was paid to a till that is still unknown two tolerances later is refused before, because a till that is registered now
    /// counts only from then on.
    /// </summary>
    private Timestamp Needed(IReadSnapshot db, CashPayment h, Timestamp late)
    {
        bool known = ShopTable.OfTill(db, h.Till) is not null || h.Till == Derivations.W(keys.RootKey);
        return known ? late : Timestamp.Min(late, h.Time.Plus(2 * terms.ClockTolerance));
    }
}
