namespace HierCash.Shop;

/// <summary>hiercash-shop refund; and what it has in common with cancel.</summary>
internal static class RefundVerb
{
    public static Verb Make() => Make(
        new Verb("refund", "Takes an accepted payment back: first at the issuer, if it may have been sent, then on the card.",
            "hiercash-shop refund 2026-11-23T10:15:00.000000Z --reader emulator:alice.card --dir cafe"),
        (open, sale, card, cancel) => open.Till.Refund(sale.Time, card, open.Issuer, cancel),
        "The refund is begun all the same, and 'hiercash-shop settle' ends it: give no cash for it.");

    /// <param name="unanswered">What is said where the issuer cannot be reached.</param>
    public static Verb Make(
        Verb verb, Func<TillSession, Sale, ICardChannel?, CancellationToken, ValueTask<Result<TillResult>>> giveBack, string unanswered)
    {
        var receipt = new Argument<string>("RECEIPT") { Description = "The moment on the receipt, as 'journal' shows it." };
        var later = new Option<bool>("--without-card") { Description =
            "Do not wait for the card: it gets its money when it comes to this till again." };
        var json = new JsonOption<GivenBackJson>(ShopJson.Default.GivenBackJson);
        verb.Add(receipt);
        foreach (var option in new Option[]
            { CardOptions.Reader, CardOptions.Wait, later, CommonOptions.DespiteClock, TillSession.Directory, json })
        {
            verb.Add(option);
        }

        verb.SetAction(async (given, cancel) =>
        {
            using var open = TillSession.Open(given, sells: true);
            var sale = open.Find(given.GetValue(receipt)!);
            bool before = open.Till.IsGivenBack(sale.Time);
            using var card = given.GetValue(later) ? null : await CardOptions.Open(given, TillSession.Suite, cancel);
            try
            {
                var ended = await giveBack(open, sale, card, cancel).OrRefuse();
                json.PrintDone(given, new GivenBackJson(open.Money(before ? default : sale.Amount), sale.Time), ended.Message);
            }
            catch (LinkException e)
            {
                throw new LinkException($"{e.Message} {unanswered}", e);
            }
        });
        return verb;
    }
}

/// <summary>What <c>refund --json</c> and <c>cancel --json</c> print.</summary>
/// <param name="GivenBack">Nothing where it was given back before.</param>
internal sealed record GivenBackJson(Money GivenBack, JsonTime Time);
