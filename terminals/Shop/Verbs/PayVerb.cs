namespace HierCash.Shop;

internal static class PayVerb
{
    public static Verb Make()
    {
        var amount = new Argument<string>("AMOUNT") { Description = "Such as 12.50." };
        var pin = CommonOptions.PinOption(CommonOptions.PaymentPin);
        var profile = WordOption.Of("--profile", "Fast, or claims 4 and 5 of the patent to the letter.", PaymentProfile.Fast);
        var json = new JsonOption<PayJson>(ShopJson.Default.PayJson);
        return new Verb("pay", "Takes one payment, offline. The card also gets back what this till owes it from an earlier payment.",
            "hiercash-shop pay 12.50 --reader emulator:alice.card --dir cafe")
        {
            amount, CardOptions.Reader, CardOptions.Wait, pin, profile, CommonOptions.DespiteClock, TillSession.Directory, json,
        }.Does(async (given, cancel) =>
        {
            using var open = TillSession.Open(given, sells: true);
            var till = open.Till;
            if (UnusualAmount.Parse(given.GetValue(amount)!, open.Currency, out var y) is { } error)
            {
                throw new UsageException(error);
            }

            using var card = await CardOptions.Open(given, TillSession.Suite, cancel);
            string? code = null;
            async ValueTask<TillResult> Take()
            {
                var taken = await till.Pay(card, y, null, given.GetValue(profile), cancel);
                if (taken.Outcome != TillOutcome.PinRequired)
                {
                    return taken;
                }

                try
                {
                    code ??= CommonOptions.ReadPin(given.GetValue(pin), CommonOptions.PaymentPin);
                }
                catch
                {
                    // No PIN, no payment: nobody goes on with it.
                    till.Cancel(taken.Sale, card);
                    throw;
                }

                return await till.Continue(taken.Sale, card, code, given.GetValue(profile), cancel);
            }

            var paid = await Take();

            // The issuer may have a newer key than this till: it is asked before the customer is sent away.
            if (PaymentCheck.IsOfUnknownKey(paid) && await FetchesKeys(open, cancel))
            {
                paid = await Take();
            }

            foreach (var ended in paid.Ended)
            {
                Console.Error.WriteLine($"An unfinished payment of {open.Show(ended.Sale.Amount)} was cancelled too. {ended.Message}");
            }

            if (paid.Outcome == TillOutcome.PinWrong)
            {
                till.Cancel(paid.Sale, card);
            }

            if (paid.Outcome != TillOutcome.Accepted)
            {
                throw new RefusedException(paid.Code, paid.Message + (
                    paid.Outcome is TillOutcome.CardGone or TillOutcome.IssuerGone
                        ? $" 'hiercash-shop cancel {paid.Sale.Time}' gives it up."
                    : paid.Code == Outcome.PinRefused ? CommonOptions.WhosePin(given.GetValue(pin), CommonOptions.PaymentPin) : ""));
            }

            bool isQueued = till.CoinPayments(paid.Sale.Time).TrueForAll(p => p.State == CoinPaymentState.Queued);
            json.PrintDone(
                given,
                new PayJson(open.Money(y), paid.Sale.Time, [.. paid.Payments.Select(h => h.Id.ToString())],
                    paid.Payments.Any(h => IssuerKeyed.IsSaidOf(h.Coin))),
                $"{paid.Message} Receipt {paid.Sale.Time}; {(isQueued ? "queued for settlement" : "settled with the issuer")}.");
        });
    }

    /// <summary>
    /// Asks the issuer for its new keys before a customer is sent away whose cash is signed by one that this till does not know (hole 22).
    /// </summary>
    /// <returns>False where it does not answer: then this till knows no more than before.</returns>
    private static async ValueTask<bool> FetchesKeys(TillSession open, CancellationToken cancel)
    {
        try
        {
            await open.Till.FetchKeys(open.Issuer, cancel);
            return true;
        }
        catch (Exception e) when (e is LinkException or UnusableFileException)
        {
            return false;
        }
    }
}

/// <summary>What <c>pay --json</c> prints.</summary>
/// <param name="Time">Names the payment, as on its receipt.</param>
/// <param name="Payments">The ids of the payments, one of each coin.</param>
/// <param name="IssuerKeyed">The issuer made the key of one of the coins.</param>
internal sealed record PayJson(Money Paid, JsonTime Time, IReadOnlyList<string> Payments, bool IssuerKeyed);
