namespace HierCash.Shop;

/// <summary>OK.</summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// OK, if nothing that came in the background speaks against it: what is told to this till while the card is in counts (rule R17, hole
    /// 11).
    /// </summary>
    /// <param name="isSettled">The issuer has paid it: neither the till's key nor the hot list matters any more.</param>
    private TillResult Accept(Sale sale, WalletCard card, List<CashPayment> held, PaymentProfile profile, bool isSettled)
    {
        string notice = held.Exists(h => IssuerKeyed.IsSaidOf(h.Coin)) ? IssuerKeyed.ForShop : "";
        if (notice.Length > 0)
        {
            BeforeOk?.Invoke(notice);
        }

        // In the transaction that says OK: a settlement beside this, or another process, may have been told at any moment before.
        var (state, isRevoked, heard) = _store.Write(db =>
        {
            var now = SaleTable.Find(db, sale.Time)!.State;
            bool counts = now == SaleState.Open;
            bool revoked = !isSettled && IsRevoked(db);
            var fault = isSettled ? null : PaymentCheck.FindHeld(db, held);
            if (counts && !revoked && fault is null)
            {
                Sales.Accept(db, sale.Time);
                now = SaleState.Open;
            }

            return (now, revoked, fault);
        });
        if (state != SaleState.Open)
        {
            // Given up beside this: what the card has signed since goes back too.
            return state == SaleState.Accepted
                ? End(sale, TillOutcome.Accepted, "This payment has ended before.") : Refuse(sale, card, "This payment has ended before.");
        }

        if (isRevoked || heard is not null)
        {
            return Refuse(sale, card, isRevoked ? WhyRevoked! : heard!.Message);
        }

        _crash.Reach(CrashPoints.PaymentAccepted);
        LogAccepted(sale.Amount);
        var result = new TillResult(
            TillOutcome.Accepted, sale, $"{notice} Paid {sale.Amount.Show(_scheme.Terms.Currency)}. Thank you.".TrimStart(), held);
        if (profile == PaymentProfile.Claim)
        {
            try
            {
                foreach (var h in result.Payments)
                {
                    card.Confirm(h.Coin.Id, h.Seq);
                }
            }
            catch (CardChannelException)
            {
                // OK was said and H is on disk; the mark on the receipt is all that is missing (hole 1).
            }
        }

        return result;
    }
}
