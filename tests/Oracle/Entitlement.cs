namespace HierCash.Oracle;

/// <summary>
/// What the printed limits give to whom. A coin pays what arrives, in order, up to its face value; what exceeds it is guaranteed within the
/// limits or stays with the shop. Everything in doubt is reckoned against the shop.
/// </summary>
internal static class Entitlement
{
    /// <summary>Finds, for each payment that arrived, what is guaranteed and what the limits leave with the shop.</summary>
    public static void Reckon(Truth truth)
    {
        var used = new Dictionary<CoinFact, long>();
        var credited = new Dictionary<PaymentFact, long>();
        var exceeds = new Dictionary<PaymentFact, long>();
        var redemptions = new List<PaymentFact>();
        var promised = new HashSet<(CoinFact, string)>();
        var given = new List<(string Shop, DateTimeOffset When, long Amount)>();
        var taken = new HashSet<PaymentFact>();
        var struck = new HashSet<PaymentFact>();

        // Whoever takes a payment back, and again: its money is handed on once.
        var freed = new HashSet<PaymentFact>();
        foreach (var payment in truth.Payments)
        {
            payment.Guaranteed = 0;
            payment.IsOutOfTerm = payment.Arrived is null;
            payment.LeftWithShop = payment.IsOutOfTerm ? payment.Y : 0;
        }

        foreach (var (payment, turn) in truth.Order)
        {
            var coin = payment.Coin;
            if (turn == Turn.TakenByThief)
            {
                // A till's key that was stolen and revoked: nobody can tell that S_W is the thief's. The payment yields to all others of
                // its coin (rule R4).
                struck.Add(payment);
                exceeds.Remove(payment);
                long yields = freed.Add(payment) ? credited.GetValueOrDefault(payment) : 0;
                used[coin] = used.GetValueOrDefault(coin) - yields + Distribute(truth, coin, yields, exceeds, credited);
                Redeem(coin, redemptions, used, 0);
                continue;
            }

            if (turn == Turn.TakenBack)
            {
                taken.Add(payment);

                // Of a cheater's coin nobody can be sure that the issuer hears of it: no shop may count on what comes free, and its holder
                // may get it.
                exceeds.Remove(payment);
                bool isSure = !truth.Cheats(coin.Holder) || !truth.Cheats(payment.Shop);
                long returned = isSure && freed.Add(payment) ? credited.GetValueOrDefault(payment) : 0;
                used[coin] = used.GetValueOrDefault(coin) - returned + Distribute(truth, coin, returned, exceeds, credited);
                Redeem(coin, redemptions, used, isSure ? 0 : credited.GetValueOrDefault(payment));
                continue;
            }

            // Taken back before it arrived: the holder's wallet brings S_W, and the coin has all of it again for whoever else is paid with
            // it.
            if (struck.Contains(payment) || (taken.Contains(payment) && !truth.Cheats(coin.Holder)))
            {
                continue;
            }

            var when = payment.Arrived!.Value;
            long rest = coin.FaceValue - used.GetValueOrDefault(coin);
            if (payment.Shop == Truth.Redemption)
            {
                payment.LeftWithShop = payment.Y;
                redemptions.Add(payment);
                Redeem(coin, redemptions, used, 0);
                continue;
            }

            if (when > payment.Time + truth.Limits.SettlePeriod || IsStopped(truth, payment))
            {
                payment.IsOutOfTerm = true;
                payment.LeftWithShop = payment.Y;
                continue;
            }

            long fits = Math.Clamp(rest, 0, payment.Y);
            long excess = payment.Y - fits;
            exceeds[payment] = excess;
            used[coin] = used.GetValueOrDefault(coin) + fits;
            credited[payment] = fits;
            bool guaranteed = excess > 0 && payment.Y <= truth.Limits.FloorLimit && when <= payment.Time + truth.Limits.GuaranteeWindow
                && !promised.Contains((coin, payment.Shop))
                && given.Where(g => g.Shop == payment.Shop && g.When > when - truth.Limits.GuaranteeSpan).Sum(g => g.Amount)
                + excess <= truth.Limits.GuaranteeCap;
            if (guaranteed)
            {
                promised.Add((coin, payment.Shop));
                given.Add((payment.Shop, when, excess));
                payment.Guaranteed = excess;
            }

            // A bank that cheats may not pay: its issuing stops, and what the shop loses by it is the risk of every creditor of that bank.
            // The same goes for an issuer that lies about what it promised.
            bool paid = guaranteed && !truth.Cheats(truth.Find(coin.Holder)?.Bank ?? "")
                && !truth.Parties.Any(p => p is { Kind: PartyKind.Issuer, Cheats: true });

            // Above the floor limit the issuer is asked before any goods are handed over: if an honest till did not ask, that is not the
            // shop's doing.
            bool unasked = payment is { Accepted: true, TakenBack: false } && payment.Y > truth.Limits.FloorLimit
                && !truth.Cheats(payment.Shop);
            payment.LeftWithShop = paid || unasked ? 0 : excess;
        }

        // What nobody else of the coin has is its shop's again; what it exceeded the coin by itself is struck out.
        foreach (var payment in truth.Payments.Where(p => p.IsTakenByThief))
        {
            long back = Math.Clamp(payment.Coin.FaceValue - used.GetValueOrDefault(payment.Coin), 0, credited.GetValueOrDefault(payment));
            used[payment.Coin] = used.GetValueOrDefault(payment.Coin) + back;
            payment.LeftWithShop = Math.Max(Math.Max(payment.LeftWithShop, payment.Y - back),
                Math.Min(payment.Y, TrueExcess(truth, payment.Coin)));
        }
    }

    /// <summary>What comes free goes to what waits of the coin, by arrival.</summary>
    /// <returns>How much of it is used again.</returns>
    private static long Distribute(Truth truth, CoinFact coin, long freed,
        Dictionary<PaymentFact, long> exceeds, Dictionary<PaymentFact, long> credited)
    {
        long left = freed;
        foreach (var (waiting, _) in truth.Order.Where(
            o => o.Turn == Turn.Arrived && o.Payment.Coin == coin && exceeds.ContainsKey(o.Payment)))
        {
            long amount = Math.Min(left, exceeds[waiting]);
            exceeds[waiting] -= amount;
            credited[waiting] = credited.GetValueOrDefault(waiting) + amount;
            waiting.Guaranteed = Math.Max(0, waiting.Guaranteed - amount);
            waiting.LeftWithShop = Math.Max(0, waiting.LeftWithShop - amount);
            left -= amount;
        }

        return freed - left;
    }

    /// <summary>Redemptions of the coin: whole, or not yet; behind all shops.</summary>
    /// <param name="doubtful">What may have come free besides.</param>
    private static void Redeem(CoinFact coin, List<PaymentFact> redemptions, Dictionary<CoinFact, long> used, long doubtful)
    {
        foreach (var waiting in redemptions.Where(
            r => r.Coin == coin && r.LeftWithShop > 0 && r.Y <= coin.FaceValue - used.GetValueOrDefault(coin) + doubtful))
        {
            waiting.LeftWithShop = 0;
            used[coin] = used.GetValueOrDefault(coin) + waiting.Y;
        }
    }

    /// <summary>
    /// Most that may ever be guaranteed on a coin: one payment for each shop's account. Which one it is depends on what was taken back
    /// meanwhile; in doubt it is the largest.
    /// </summary>
    public static long MostGuaranteed(Truth truth, CoinFact coin) => truth.Payments
        .Where(p => p.Coin == coin && p.Arrived is { } arrived && p.Shop != Truth.Redemption && !p.IsOutOfTerm
            && p.Y <= truth.Limits.FloorLimit && arrived <= p.Time + truth.Limits.GuaranteeWindow)
        .GroupBy(p => p.Shop).Sum(g => Math.Min(g.Max(p => p.Y), truth.Limits.GuaranteeCap));

    /// <summary>By how much more than X was signed for goods, or counted by a shop that gave no goods.</summary>
    public static long TrueExcess(Truth truth, CoinFact coin)
    {
        bool cheats = truth.Cheats(coin.Holder);
        long signed = truth.Payments.Where(p =>
            p.Coin == coin && p.Arrived is not null && (!p.TakenBack || (cheats && truth.Cheats(p.Shop))))
            .Sum(p => p.Shop == Truth.Redemption ? p.Y - p.LeftWithShop : p.Y);
        return Math.Max(0, signed - coin.FaceValue);
    }

    /// <summary>True if more than X was signed with that coin and never taken back.</summary>
    public static bool Overspent(Truth truth, string coin) =>
        truth.Coins.FirstOrDefault(c => c.Id == coin) is { } fact
        && truth.Payments.Where(p => p.Coin == fact && (!p.TakenBack || truth.Cheats(p.Shop))).Sum(p => p.Y) > fact.FaceValue;

    /// <summary>True if more than X of that coin arrived, whatever was taken back since.</summary>
    public static bool WasOverspent(Truth truth, CoinFact coin) =>
        truth.Payments.Where(p => p.Coin == coin && p.Arrived is not null).Sum(p => p.Y) > coin.FaceValue;

    /// <summary>True if the printed rule for lost cards leaves this payment with the holder.</summary>
    private static bool HolderBears(Truth truth, PaymentFact payment) =>
        payment.Arrived is { } arrived && !payment.TakenBack
            && (truth.Lost(payment.Coin.Holder) is not { } lost || arrived <= lost || InTime(truth, payment, lost));

    /// <summary>What a stolen card costs its holder: never more than it pays without its PIN.</summary>
    public static long LostCardCosts(Truth truth, string holder) => Math.Min(
        truth.Limits.NoPinLimit, truth.Payments.Where(p => p.Coin.Holder == holder && p.Hand == Hand.Thief && HolderBears(truth, p))
            .Sum(p => p.Y));

    /// <summary>
    /// True if the report of a lost card stops this payment for the shop. A till that keeps the rules takes no such card once its list is
    /// that old: if an honest one did, that is not its own doing.
    /// </summary>
    private static bool IsStopped(Truth truth, PaymentFact payment)
    {
        if (truth.Lost(payment.Coin.Holder) is not { } lost || payment.Arrived <= lost || InTime(truth, payment, lost))
        {
            return false;
        }

        return payment.Time <= lost + truth.Limits.HotListMaxAge || truth.Cheats(payment.Shop) || !payment.Accepted;
    }

    /// <summary>The two roads on which a payment of a lost card still counts.</summary>
    private static bool InTime(Truth truth, PaymentFact payment, DateTimeOffset lost) =>
        IsSoon(truth, payment, lost) || IsOffline(truth, payment, lost);

    private static bool IsSoon(Truth truth, PaymentFact payment, DateTimeOffset lost) =>
        payment.Arrived!.Value <= lost + truth.Limits.HotListMaxAge + truth.Limits.CancelGrace
            && payment.Time <= lost + truth.Limits.HotListMaxAge;

    private static bool IsOffline(Truth truth, PaymentFact payment, DateTimeOffset lost) =>
        payment.Time <= lost && payment.Y <= truth.Limits.FloorLimit && payment.Arrived!.Value <= payment.Time + truth.Limits.SettlePeriod
        && !truth.HadContact(payment.Shop, payment.Time + truth.Limits.UnderWay, payment.Arrived!.Value);
}
