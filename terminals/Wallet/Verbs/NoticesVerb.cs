namespace HierCash.Wallet;

/// <summary>hiercash-wallet notices; and the notices that every contact with the bank shows.</summary>
internal static class NoticesVerb
{
    private const string Next = "'hiercash-wallet rebut' shows the bank what the card, and DIR/wallet.db, hold against it.";

    public static Verb Make()
    {
        var json = new JsonOption<NoticesJson>(WalletJson.Default.NoticesJson);
        return new Verb("notices", "Asks the bank whether it holds an accusation against this card's holder.",
            "hiercash-wallet notices --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Bank, json,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            var notices = await open.Terminal().Notices(open.Status.User, cancel);
            json.Print(
                given,
                new NoticesJson([.. notices.Select(n => new NoticesJson.NoticeJson(
                    n.Coin.ToString(), n.Date, n.Until, n.Content.ToString()))]),
                notices.Count == 0 ? "The bank holds nothing against this card."
                    : string.Join(Environment.NewLine, notices.Select(Say).Append(Next)));
        });
    }

    /// <summary>
    /// Says on standard error, in one line, what the bank holds against the card's holder. Silent if the bank cannot be asked.
    /// </summary>
    public static async Task Warn(WalletTerminal terminal, PrivateStatus status, CancellationToken cancel)
    {
        try
        {
            var notices = await terminal.Notices(status.User, cancel);
            if (notices.Count > 0)
            {
                await Console.Error.WriteLineAsync(
                    notices.Count == 1 ? $"{Say(notices[0])} {Next}"
                        : $"The bank holds {notices.Count} accusations against you: 'hiercash-wallet notices' lists them. {Next}");
            }
        }
        catch (LinkException)
        {
            // What was done before is said by itself; the next contact asks again.
        }
    }

    public static string Say(Notice notice) =>
        $"Bank {notice.Bank} says that more was paid with coin {notice.Coin.ToString()[..16]} than it held: told on {notice.Date}, to be "
            + $"rebutted before {notice.Until}.";
}

internal sealed record NoticesJson(IReadOnlyList<NoticesJson.NoticeJson> Notices)
{
    /// <param name="Until">Until then it can be rebutted.</param>
    /// <param name="Evidence">The hash of the bank's evidence.</param>
    public sealed record NoticeJson(string Coin, JsonTime Date, JsonTime Until, string Evidence);
}
