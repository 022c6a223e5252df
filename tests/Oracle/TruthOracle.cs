using System.Globalization;

namespace HierCash.Oracle;

/// <summary>
/// Asks the five questions after a history. What each honest party is entitled to follows from the facts and the printed limits alone;
/// where a limit leaves it open, the party that might lose is given the smaller amount, so that every finding is real.
/// </summary>
public static class TruthOracle
{
    /// <summary>One sentence for each thing that must not be; empty when nobody honest lost.</summary>
    public static IReadOnlyList<Finding> Ask(Truth truth, Observation seen)
    {
        Entitlement.Reckon(truth);
        return
        [
            .. Holders(truth, seen), .. Shops(truth, seen), .. Banks(truth, seen),
            .. Verdicts(truth, seen), .. Gain(truth, seen), .. Standing(seen), .. Secrets(truth, seen),
        ];
    }

    /// <summary>
    /// 1, holders: what was paid in, less what was agreed to, less what a lost card costs by the printed rule, is there again.
    /// </summary>
    private static IEnumerable<Finding> Holders(Truth truth, Observation seen)
    {
        foreach (var holder in truth.Parties.Where(p => p.Kind == PartyKind.Holder && !p.Cheats))
        {
            long agreed = truth.Payments.Where(p =>
                p.Coin.Holder == holder.Name && p.Hand == Hand.Owner && p is { Accepted: true, TakenBack: false }).Sum(p => p.Y);
            long risk = Entitlement.LostCardCosts(truth, holder.Name);
            long due = truth.Deposits(holder.Name) - agreed - risk;
            long has = seen.Accounts.GetValueOrDefault(holder.Name);
            if (has < due)
            {
                yield return new Finding(1, $"{holder.Name} is honest and has {Money(has)}, but agreed to spend only {Money(agreed)}"
                    + (risk > 0 ? $" and bears {Money(risk)} of the lost card" : "") + $": {Money(due - has)} are missing.");
            }
        }
    }

    /// <summary>1, shops: every payment for which goods were handed over, less what the printed limits leave with the shop.</summary>
    private static IEnumerable<Finding> Shops(Truth truth, Observation seen)
    {
        foreach (var shop in truth.Parties.Where(p => p.Kind == PartyKind.Shop && !p.Cheats))
        {
            var sold = truth.Payments.Where(p => p.Shop == shop.Name && p is { Accepted: true, TakenBack: false }).ToList();
            long due = sold.Sum(p => p.Y - p.LeftWithShop);
            long has = seen.Accounts.GetValueOrDefault(shop.Name);
            if (has < due)
            {
                yield return new Finding(1,
                    $"{shop.Name} is honest, sold for {Money(sold.Sum(p => p.Y))}, of which the printed limits leave {Money(due)} to it,"
                    + $" and has {Money(has)}: {Money(due - has)} are missing.");
            }
        }
    }

    /// <summary>1, banks: no more than the excess that was guaranteed within the limits; and what they owe each other is even.</summary>
    private static IEnumerable<Finding> Banks(Truth truth, Observation seen)
    {
        foreach (var bank in truth.Parties.Where(p => p.Kind == PartyKind.Bank && !p.Cheats))
        {
            var coins = truth.Coins.Where(c => truth.Find(c.Holder)?.Bank == bank.Name);
            long bears = coins.Sum(c => Math.Min(Entitlement.TrueExcess(truth, c), Entitlement.MostGuaranteed(truth, c)));
            long paid = seen.Claims.GetValueOrDefault(bank.Name);
            if (paid > bears)
            {
                yield return new Finding(1, $"{bank.Name} is honest and paid {Money(paid)} for overspenders, but only {Money(bears)} were "
                    + $"overspent and guaranteed within the limits.");
            }

            long left = seen.Floats.GetValueOrDefault(bank.Name);
            if (left < 0)
            {
                yield return new Finding(1, $"{bank.Name} is honest, and {Money(-left)} more e-cash was paid out than it had issued.");
            }
        }

        if (seen.Clearing != 0 && !truth.Parties.Any(p => p is { Kind: PartyKind.Issuer, Cheats: true }))
        {
            yield return new Finding(1, $"What the banks owe each other does not even out: {Money(seen.Clearing)} are left.");
        }
    }

    /// <summary>2: a finding names one who did it, and nobody else.</summary>
    private static IEnumerable<Finding> Verdicts(Truth truth, Observation seen)
    {
        foreach (var verdict in seen.Verdicts.Where(v => v.Accused != Accused.Nobody))
        {
            if (!truth.Cheats(verdict.Name))
            {
                yield return new Finding(2, $"{verdict.Name} is honest and is blamed: \"{verdict.Sentence}\"");
            }
            else if (verdict.Accused == Accused.User && !Entitlement.Overspent(truth, verdict.Coin))
            {
                yield return new Finding(2,
                    $"{verdict.Name} cheats, but did not overspend this coin, and is blamed for it: \"{verdict.Sentence}\"");
            }
        }
    }

    /// <summary>
    /// 3: all who cheat together have gained no more than what was overspent and guaranteed, or left with shops by a printed limit.
    /// </summary>
    private static IEnumerable<Finding> Gain(Truth truth, Observation seen)
    {
        long gain = 0;
        foreach (var party in truth.Parties.Where(p => p.Cheats && p.Kind is PartyKind.Holder or PartyKind.Shop))
        {
            gain += seen.Accounts.GetValueOrDefault(party.Name);
            gain += party.Kind == PartyKind.Holder ? -truth.Deposits(party.Name) : 0;
        }

        foreach (var payment in truth.Payments.Where(p => p.Accepted && (!p.TakenBack || p.TakenBackInSecret)))
        {
            bool goodsToCheater = truth.Cheats(payment.Coin.Holder) || payment.Hand is Hand.Thief or Hand.Shop;
            bool goodsOfCheater = truth.Cheats(payment.Shop);
            gain += goodsToCheater && !goodsOfCheater ? payment.Y : !goodsToCheater && goodsOfCheater ? -payment.Y : 0;
        }

        long overspent = truth.Coins.Where(c => truth.Cheats(c.Holder)).Sum(c => Entitlement.TrueExcess(truth, c));
        var left = truth.Payments.Where(p => p.Accepted && !p.TakenBack && !truth.Cheats(p.Shop))
            .ToLookup(p => p.IsOutOfTerm || p.IsTakenByThief, p => p.LeftWithShop);
        long owed = seen.Claims.Values.Sum() + left[false].Sum();
        long risk = truth.Parties.Where(p => p.Kind == PartyKind.Holder && !p.Cheats).Sum(p => Entitlement.LostCardCosts(truth, p.Name))
            + left[true].Sum();
        if (gain > Math.Min(overspent, owed) + risk)
        {
            yield return new Finding(3, $"Those who cheat gained {Money(gain)}; {Money(overspent)} were overspent, {Money(owed)} are "
                + $"claimed from them or left with shops"
                + (risk > 0 ? $", {Money(risk)} a lost card or a term cost its holder or a shop." : "."));
        }
    }

    /// <summary>4: nothing waits without a reason, and nobody stands still.</summary>
    private static IEnumerable<Finding> Standing(Observation seen)
    {
        foreach (var (name, says) in seen.Stuck)
        {
            yield return new Finding(4, $"{name} stands still: {says}");
        }

        foreach (var queue in seen.Queues.Where(q => q.Count != 0 && string.IsNullOrWhiteSpace(q.Reason)))
        {
            yield return new Finding(4, $"{queue.Where}: {queue.Count} {queue.What}, and nobody says why.");
        }
    }

    /// <summary>
    /// 5: what a party may not know; whose coin a case was about, or was overspent, is the one exception, with the shops that were paid
    /// with it: banks forget cases that are over.
    /// </summary>
    private static IEnumerable<Finding> Secrets(Truth truth, Observation seen)
    {
        var coins = seen.Verdicts.Select(v => v.Coin).Concat(truth.Coins.Where(c => Entitlement.WasOverspent(truth, c)).Select(c => c.Id))
            .ToHashSet();
        var known = seen.Verdicts.Select(v => v.Holder).Concat(truth.Coins.Where(c => coins.Contains(c.Id)).Select(c => c.Holder))
            .Concat(truth.Payments.Where(p => coins.Contains(p.Coin.Id)).Select(p => p.Shop)).ToHashSet();
        foreach (var secret in seen.Secrets.Where(s => !known.Contains(s.Owner)).Distinct())
        {
            yield return new Finding(5,
                $"{secret.What} {(secret.Owner.Length > 0 ? $"of {secret.Owner} " : "")}was seen in {secret.Where}.");
        }
    }

    internal static string Money(long minor) => (minor / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
