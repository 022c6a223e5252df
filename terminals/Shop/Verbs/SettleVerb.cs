namespace HierCash.Shop;

internal static class SettleVerb
{
    public static Verb Make()
    {
        var other = new Option<string?>("--for")
        {
            Description = "Folder of another till of this shop, whose key was revoked: this till brings what that one has queued.",
            HelpName = "DIR",
        };
        var json = new JsonOption<SettleJson>(ShopJson.Default.SettleJson);
        return new Verb("settle", "Sends all queued payments to the issuer, ends refunds, and fetches the hot list.",
            "hiercash-shop settle --dir cafe", "hiercash-shop settle --for cafe --dir second")
        {
            other, CommonOptions.DespiteClock, TillSession.Directory, json,
        }.Does(async (given, cancel) =>
        {
            string? named = given.GetValue(other);
            if (named is not null
                && Path.GetFullPath(named).TrimEnd('/') == Path.GetFullPath(given.GetValue(TillSession.Directory)!).TrimEnd('/'))
            {
                throw new UsageException(
                    $"--for names this till's own folder '{named}'. Name that of the till whose key was revoked, or leave --for out.");
            }

            using var own = TillSession.Open(given, settles: true);
            using var revoked = named is null ? null : own.Beside(named);
            if (revoked is not null && (revoked.Grant.Holder != own.Grant.Holder
                || revoked.Grant.Scheme.Fingerprint != own.Grant.Scheme.Fingerprint))
            {
                throw new RefusedException(Outcome.RuleBroken,
                    $"'{named}' is a till of shop {revoked.Grant.Holder}, and this one of shop {own.Grant.Holder}. A till stands in only "
                        + "for one of its own shop.");
            }

            // Somebody may be paying at a till whose key is good; and it settles by itself.
            if (revoked is not null && !await revoked.Till.AskIfRevoked(revoked.Issuer, cancel))
            {
                throw new RefusedException(Outcome.RuleBroken,
                    $"The key of the till in '{named}' is not revoked. Run 'hiercash-shop settle' in its own folder.");
            }

            var till = (revoked ?? own).Till;
            try
            {
                var before = till.Sum(CoinPaymentState.Reversed);
                var settled = await (revoked is null ? till.Synchronise(own.Issuer, cancel) : till.HandOver(own.Issuer, cancel)).OrRefuse();
                var reversed = till.Sum(CoinPaymentState.Reversed) - before;
                json.PrintDone(
                    given,
                    new SettleJson(settled.Settled, settled.Guaranteed, settled.Waiting, settled.Refused, settled.StillQueued,
                        own.Money(reversed), [.. settled.Left.Select(l => new SettleJson.LeftJson(
                            JsonWord.Of(l.What), l.Sale, l.Amount is { } amount ? own.Money(amount) : null, l.Why))]),
                    $"{Counted.Say(settled.Settled, "payment")} settled, {settled.Guaranteed} guaranteed for later, "
                    + (settled.Waiting > 0 ? $"{settled.Waiting} above their coin and not guaranteed, " : "")
                    + $"{settled.Refused} refused, {settled.StillQueued} still queued."
                    + (reversed.IsZero ? "" : $" {HeldView.TakenBack(reversed, own.Currency, named)}")
                    + string.Concat(settled.Left.Select(l => $"{Environment.NewLine}{Say(l, own)}")));

                // What is left is no success, also where all the rest was done (rule R25).
                return settled.Left.Count == 0 ? ExitCode.Done : ExitCode.Refused;
            }
            catch (LinkException e)
            {
                throw new LinkException($"{e.Message} {own.Show(till.Sum(CoinPaymentState.Queued))} stay queued.", e);
            }
        });
    }

    private static string Say(LeftItem left, TillSession open) =>
        left is { Sale: { } sale, Amount: { } amount } ? $"{left.What} {sale}, {open.Show(amount)}: {left.Why}" : $"Hot list: {left.Why}";
}

/// <summary>What <c>settle --json</c> prints: counts of payments, and what could not be ended.</summary>
/// <param name="Waiting">Above their coin's value, and not guaranteed.</param>
/// <param name="TakenBack">What the issuer took back since.</param>
internal sealed record SettleJson(
    int Settled, int Guaranteed, int Waiting, int Refused, int StillQueued, Money TakenBack, IReadOnlyList<SettleJson.LeftJson> Left)
{
    /// <param name="What">payment, refund or hotList.</param>
    /// <param name="Time">Of the payment; null for the hot list.</param>
    public sealed record LeftJson(string What, JsonTime? Time, Money? Amount, string Why);
}
