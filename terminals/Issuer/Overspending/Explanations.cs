namespace HierCash.Issuer;

/// <summary>The issuer's rows in words: state, signatures, what happens next.</summary>
internal sealed class Explanations(Database store, Currency currency, SchemeParameters terms, TimeProvider clock)
{
    private readonly Timestamp _now = Timestamp.Now(clock);

    /// <param name="id">Hexadecimal digits that a coin id or a payment id begins with.</param>
    public IEnumerable<string> Of(string id)
    {
        const int Digits = 2 * Digest.Size;
        if (id.Length > Digits)
        {
            return [];
        }

        var first = Digest.Read(Convert.FromHexString(id.PadRight(Digits, '0')));
        var last = Digest.Read(Convert.FromHexString(id.PadRight(Digits, 'f')));
        return store.Read<List<string>>(db => [
            .. CoinTable.Between(db, new CoinId(first), new CoinId(last)).SelectMany(c => Coin(db, c)),
            .. HistoryTable.Between(db, new PaymentId(first), new PaymentId(last)).Select(p => Payment(db, p)),
            .. DeadPaymentTable.Between(db, new PaymentId(first), new PaymentId(last)).Select(Dead),
        ]);
    }

    private IEnumerable<string> Coin(IReadSnapshot db, CoinRow coin)
    {
        bool isHonoured = coin.Bank == HonouredCoins.NoBank;
        string asked = isHonoured
            ? "before this issuer was restored from a copy. No bank gave its withdrawal back, so the issuer bears what it pays, "
                + "and what is left of it goes to nobody"
            : $"on the request of bank {coin.Bank} (S_B)";
        yield return $"Coin {coin.Id} of {Show(coin.FaceValue)}, signed by this issuer (S_I) {asked}. "
            + $"Y is {Show(coin.Spent)}; {Show(coin.Returned)} went back.";
        if (coin.IsKeyed)
        {
            yield return "  Issuer-keyed: this issuer made its key and could sign as its holder. "
                + "It is never guaranteed, and no dossier or evidence is ever made about it.";
        }

        foreach (string state in isHonoured ? [] : States(db, coin))
        {
            yield return "  " + state;
        }

        foreach (var row in HistoryTable.Of(db, coin.Number))
        {
            yield return $"  Payment {row.Payment.ToString()[..16]}, number {row.Seq}: {Show(row.Y)}, {Answer(row)}";
        }

        if (Case(db, coin) is { } said)
        {
            yield return "  A case: " + said;
        }
    }

    /// <summary>What ends the coin, and what becomes of what is left of it (holes 9 and 10, rule R6).</summary>
    private IEnumerable<string> States(IReadSnapshot db, CoinRow coin)
    {
        if (coin.Lost is { } lost)
        {
            var grace = CancelledCoins.Grace + ServiceRecord.Outage(db, lost, _now);
            yield return $"Its card was reported as lost on {lost}. Payments still settle until {lost.Plus(terms.HotListMaxAge + grace)}. "
                + $"What was paid before the report settles for its whole term at tills that were offline since, "
                + $"where it is at most {Show(terms.FloorLimit)}.";
        }

        if (coin.Cancelled is { } cancelled)
        {
            yield return $"A case cancelled it on {cancelled}: payments up to {cancelled.Plus(terms.HotListMaxAge)} still settle.";
        }

        var rest = coin.Rest;
        if (coin is { Lost: null, Cancelled: null })
        {
            yield return rest.IsZero ? "Used up; kept for its terms, so that a copy of it can be traced."
                : $"Good before {coin.Expiry.End}; {Show(rest)} may still be paid. "
                    + $"What is left goes back by itself after {coin.Expiry.End.Plus(terms.SettlePeriod)}.";
        }
        else if (rest.IsZero)
        {
            yield return "Nothing is left of it.";
        }
        else
        {
            var expires = coin.Expiry.End.Plus(terms.SettlePeriod);
            var returns = Timestamp.Min(ExpiryReturns.ReturnsAt(db, terms, coin.Ended!.Value, _now), expires);
            yield return $"The {Show(rest)} that are left go back after {returns}, if no shop waits for them then.";
        }
    }

    /// <summary>A case: excess, equivocation, or an excess that fell because payments were taken back.</summary>
    private static string? Case(IReadSnapshot db, CoinRow coin)
    {
        if (TraceCaseTable.Standing(db, coin.Number) is not { } standing)
        {
            return null;
        }

        const string Equivocation = "signed twice under one number";
        bool twice = HistoryTable.HasEquivocation(db, coin);
        string excess = $"more than X was signed{(twice ? $", and {Equivocation}" : "")}.";
        return standing switch
        {
            (true, null) => $"{excess} The bank gets the dossier when it visits next.",
            (true, { } proof) => $"{excess} The bank found {proof}; the issuer does not learn who it was.",
            _ when twice => $"{Equivocation}, and together not more than X. The coin is cancelled, and no identity is due.",
            _ => "the excess fell. Payments were taken back, and what still counts is within X: nobody is accused any more.",
        };
    }

    private string Payment(IReadSnapshot db, HistoryRow row)
    {
        string to = row.Shop is { } shop ? $"{ShopTable.Get(db, shop).Name}, shop {shop}" : "the issuer: a redemption";
        return $"Payment {row.Payment} of {Show(row.Y)} to {to}, signed by the card (S_U); answered with a signed receipt: {Answer(row)}";
    }

    /// <summary>The newest receipt in words (rule R1).</summary>
    private string Answer(HistoryRow row)
    {
        string revision = row.Receipt.Revision > 1 ? $", revision {row.Receipt.Revision} on {row.Receipt.Date}" : "";
        string verdict = $"{row.Verdict} on {row.Date}{revision}. ";
        if (row.Reversal is { } reversed)
        {
            return verdict + $"Taken back on {reversed.Date}, with a signed statement: {Show(row.Moved)} came back from the shop.";
        }

        var share = row.Receipt.Share;
        if (row.Verdict == Verdict.Cancelled)
        {
            return verdict + "The coin was cancelled before: nothing of it counts.";
        }

        string guaranteed = share.Guaranteed.IsZero ? ""
            : share.Due <= row.Receipt.Date ? $", {Show(share.Guaranteed)} paid by the guarantee"
            : $", {Show(share.Guaranteed)} promised, due on {share.Due}";
        string waiting = share.Waiting.IsZero ? "" : $", {Show(share.Waiting)} waiting for what comes free of the coin";
        return $"{verdict}{Show(share.Credited)} credited{guaranteed}{waiting}.";
    }

    private string Dead(NonSettlementStatement dead) =>
        $"Payment {dead.Payment} of {Show(dead.Y)} is dead since {dead.Date} ({dead.Basis}): it never settles, and is never evidence.";

    private string Show(Amount amount) => amount.Show(currency);
}
