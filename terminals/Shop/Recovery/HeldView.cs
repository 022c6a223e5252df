namespace HierCash.Shop;

/// <summary>Money that is held, in words: for a status and for the till's screen.</summary>
public static class HeldView
{
    /// <summary>For 'status': the sums, and each payment with what ends it.</summary>
    /// <param name="isRevoked">The issuer does not answer this till any more: another till of the shop asks it.</param>
    public static string Say(IReadOnlyList<HeldPayment> payments, Amount held, Amount owed, Currency currency, bool isRevoked)
    {
        var lines = payments.Where(p => !p.Held.IsZero).Select(p =>
            $"  {p.Sale.Time}  {p.Held.Show(currency)}: "
            + (isRevoked && (p.WasSent || p.Sale.State == SaleState.Refunded)
            ? "another till of the shop ends it with 'hiercash-shop settle --for DIR', then the card gets it back."
                : p.Sale.State == SaleState.Refunded ? $"given up; 'hiercash-shop settle' asks the issuer, then the card gets it back. "
                    + $"'hiercash-shop explain {p.Sale.Time}' says what else ends it."
                : $"{(p.IsAnswered ? "the issuer has answered, and no OK was said" : p.WasSent ? "waits for the issuer" : "cut short")}; "
                    + $"'hiercash-shop cancel {p.Sale.Time}' ends it."));
        string first = held.IsZero ? "Nothing is held." : $"Held {held.Show(currency)}, which is neither the shop's nor on the card:";
        return string.Join(Environment.NewLine, lines.Prepend(first))
            + (owed.IsZero ? ""
            : $"{Environment.NewLine}Cards get back {owed.Show(currency)} when they come to this till again, or got it elsewhere.")
            + string.Concat(payments.Where(p => !p.Said.IsZero).Select(p =>
                $"{Environment.NewLine}  {p.Sale.Time}  {p.Said.Show(currency)}: a card says that it has it, and showed no signature. It "
                    + $"stays on offer."));
    }

    /// <summary>For 'settle': who has S_W of what the issuer took back.</summary>
    /// <param name="other">Folder of the revoked till for which this one asked; null: this till's own payments.</param>
    public static string TakenBack(Amount amount, Currency currency, string? other) =>
        $"{amount.Show(currency)} were taken back: " + (other is null
        ? "the cards get them when they come to this till again."
        : $"the cards get them when they are put in at the till of '{other}' again ('hiercash-shop till --dir {other}'), which gives back "
            + $"although it takes nothing any more.");

    /// <summary>For 'status': what the issuer has paid of payments that were never accepted; nothing if there is none.</summary>
    public static string SayKept(IReadOnlyList<(Sale Sale, Amount Cash)> payments, Currency currency) => string.Concat(payments.Select(p =>
        $"{Environment.NewLine}{p.Sale.Time}: {p.Cash.Show(currency)} to be paid back in cash. The customer was never told OK, and the "
            + $"issuer takes it back no more."));

    /// <summary>For the till's screen: one line, or nothing.</summary>
    /// <param name="now">The payment that is under way on the screen; null if none.</param>
    /// <param name="isRevoked">The issuer does not answer this till any more.</param>
    public static string Line(IReadOnlyList<HeldPayment> payments, Sale? now, Currency currency, bool isRevoked)
    {
        var held = payments.Aggregate(Amount.Zero, (all, h) => all + h.Held);
        var owed = payments.Aggregate(Amount.Zero, (all, h) => all + h.Owed);
        return (held.IsZero, owed.IsZero) switch
        {
            (true, true) => "",
            (false, _) when payments.Any(p => p.Sale.Time == now?.Time && !p.Held.IsZero) => $"held {held.Show(currency)}: Esc gives it up",
            (false, _) when isRevoked => $"held {held.Show(currency)}: another till of the shop asks the issuer",
            (false, _) when payments.Any(p => p.Sale.State == SaleState.Open && !p.Held.IsZero) =>
                $"held {held.Show(currency)}: 'hiercash-shop status' says what ends it",
            (false, _) => $"held {held.Show(currency)}: given up, the issuer is asked by itself",
            _ when payments.Sum(p => p.Offers) > ShopTill.MostAsked =>
                $"to give back {owed.Show(currency)}: put the card in, without an amount, again if it gets nothing",
            _ => $"to give back {owed.Show(currency)}: put the card in, without an amount",
        };
    }
}
