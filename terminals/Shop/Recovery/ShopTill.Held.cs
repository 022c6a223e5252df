namespace HierCash.Shop;

/// <summary>A payment whose money is neither the shop's nor on the card again.</summary>
/// <param name="Held">Signed by the card, and no S_W of this till gives it back yet.</param>
/// <param name="Owed">S_W is there, and no card has taken it at this till.</param>
/// <param name="Said">S_W is there, and a card said that it has the money back, and showed no signature: it stays on offer.</param>
/// <param name="WasSent">The issuer may have it: S_W waits for its answer (rule R4).</param>
/// <param name="IsAnswered">The issuer has answered, and the till stopped before OK was said or anything was given back.</param>
/// <param name="Offers">Coin payments of it whose S_W no card has surely taken: about so many a card may be asked.</param>
public sealed record HeldPayment(Sale Sale, Amount Held, Amount Owed, Amount Said, bool WasSent, bool IsAnswered, long Offers);

/// <summary>
/// Money that cards signed and that is held: shown, and ended by <see cref="Cancel(Sale, ICardChannel?, ILink, CancellationToken)"/>.
/// </summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// A payment with a card's signature in it that was begun longer ago, and is neither accepted nor given up, is given up by itself.
    /// </summary>
    public static readonly TimeSpan LeftOpen = TimeSpan.FromDays(1);

    /// <summary>All payments with money held or owed, oldest first.</summary>
    public IReadOnlyList<HeldPayment> HeldPayments => _store.Read(db => SaleTable.Held(db, Timestamp.Now(_clock)));

    /// <summary>What this till accepted last, the newest first.</summary>
    public IReadOnlyList<Amount> LastAccepted(int count) => _store.Read(db => SaleTable.LastAccepted(db, count));

    /// <summary>
    /// Ends a payment that was never accepted. What was never sent is voided at once; for what may have been sent the issuer answers first,
    /// and only then is there an S_W (rule R4). May be repeated, also to give the card what it is owed.
    /// </summary>
    /// <param name="channel">The card, if it is there; else it gets its money when it comes to this till again.</param>
    /// <exception cref="LinkException">
    /// The issuer may have the payment, and cannot be reached. It is given up all the same; run it again.
    /// </exception>
    /// <returns>Refused: it was accepted, or the issuer does not take it back.</returns>
    public async ValueTask<Result<TillResult>> Cancel(Sale sale, ICardChannel? channel, ILink issuer, CancellationToken cancel)
    {
        var current = Reload(sale);
        if (current.State == SaleState.Accepted)
        {
            return Refused.ByRule(
                "This payment was accepted, and the customer was told OK. Take it back with 'hiercash-shop refund RECEIPT'.");
        }

        if (current.State is not (SaleState.Refunded or SaleState.Kept))
        {
            var ended = Cancel(current, channel);
            if (Reload(sale).State != SaleState.Refunded)
            {
                return ended;
            }
        }

        return await Refund(sale.Time, channel, issuer, cancel);
    }

    /// <summary>
    /// Gives up what an earlier run of the till left open with a card's signature in it: nobody is there to go on with it.
    /// </summary>
    public void CancelLeftovers() => CancelLeftovers(new Timestamp(long.MaxValue), default);

    private void CancelLeftovers(Timestamp before, Timestamp unseen)
    {
        foreach (var sale in OpenSales.Where(t => t.Time < (CoinPayments(t.Time).Count > 0 ? before : unseen)))
        {
            Cancel(sale);
        }
    }

    /// <summary>
    /// Nobody goes on with those either, and the issuer takes back for a shop only until its terms are over. What no card was seen to sign
    /// ends with the settle term: no card is asked for it after that, and for as long as it is open the issuer does not hear that this till
    /// has sent all it had (rule R6).
    /// </summary>
    private void CancelForgotten()
    {
        var before = Earlier(LeftOpen);
        CancelLeftovers(before, Earlier(_scheme.Terms.SettlePeriod));
    }

    private Timestamp Earlier(TimeSpan span) => Timestamp.Now(_clock).Minus(span);

    private Sale Reload(Sale sale) =>
        _store.Read(db => SaleTable.Find(db, sale.Time)) ?? throw new ArgumentException("This till has no such payment.", nameof(sale));
}
