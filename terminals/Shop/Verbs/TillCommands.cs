using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop enrol-till and settle: what a till does for itself, and for other tills of its shop.</summary>
internal static class TillCommands
{
    public static Command EnrolTill(Option<string> folder, Func<string, TillSession> open)
    {
        var file = new Argument<string>("FILE") { Description =
            "The request of the further till ('hiercash-shop init'); - reads standard input." };
        var command = new Command("enrol-till", "Signs the request of a further till of this shop; prints it for the issuer.") { file,
            folder };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            if (opened.Till.Revoked is { } revoked)
            {
                throw new RefusedException(Outcome.RuleBroken,
                    $"This till's key was revoked on {revoked}, so the issuer takes no till for which it signs. Have another till of the "
                        + $"shop sign, or its bank: 'hiercash-bank enrol-shop FILE'.");
            }

            var request = EnrolmentRequest.Decode(Armor.Read(Armor.Request, result.GetValue(file)!))
                ?? throw new RefusedException(Outcome.Damaged, $"The request in '{result.GetValue(file)}' is damaged, or asks under a name that cannot be "
                    + $"shown. Copy it again, whole; or have it made again.");
            ConsoleEntry.PrintToCarry(
                Armor.Write(Armor.Request, opened.Till.Vouch(request, opened.Grant.Holder).Encode()), "The signed request",
                "The same call");
        });
        return command;
    }

    /// <summary>
    /// Asks the issuer for its new keys before a customer is sent away whose cash is signed by one that this till does not know (hole 22).
    /// </summary>
    /// <returns>False where it does not answer: then this till knows no more than before.</returns>
    public static async ValueTask<bool> FetchesKeys(TillSession opened, CancellationToken cancel)
    {
        try
        {
            await opened.Till.FetchKeys(opened.Issuer, cancel);
            return true;
        }
        catch (Exception e) when (e is LinkException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <param name="open">Opens a folder; of a till for which another one stands in, beside that one.</param>
    public static Command Settle(Option<string> folder, Option<bool> json, Func<string, TillSession?, TillSession> open)
    {
        var other = new Option<string?>("--for")
        {
            Description = "Folder of another till of this shop, whose key was revoked: this till brings what that one has queued.",
                HelpName = "DIR",
        };
        var command = new Command("settle", "Sends all queued payments to the issuer, ends refunds, and fetches the hot list.") { other,
            CommonOptions.DespiteClock, folder, json };
        command.SetAction(async (result, cancel) =>
        {
            if (result.GetValue(other) is { } named
                && Path.GetFullPath(named).TrimEnd('/') == Path.GetFullPath(result.GetValue(folder)!).TrimEnd('/'))
            {
                throw new UsageException(
                    $"--for names this till's own folder '{named}'. Name that of the till whose key was revoked, or leave --for out.");
            }

            using var own = open(result.GetValue(folder)!, null);
            using var revoked = result.GetValue(other) is { } directory ? open(directory, own) : null;
            if (revoked is not null && (revoked.Grant.Holder != own.Grant.Holder
                || revoked.Grant.Scheme.Fingerprint != own.Grant.Scheme.Fingerprint))
            {
                throw new RefusedException(Outcome.RuleBroken, $"'{result.GetValue(other)}' is a till of shop {revoked.Grant.Holder}, and this one of shop "
                    + $"{own.Grant.Holder}. A till stands in only for one of its own shop.");
            }

            // Somebody may be paying at a till whose key is good; and it settles by itself.
            if (revoked is not null && !await revoked.Till.AskIfRevoked(revoked.Issuer, cancel))
            {
                throw new RefusedException(Outcome.RuleBroken,
                    $"The key of the till in '{result.GetValue(other)}' is not revoked. Run 'hiercash-shop settle' in its own folder.");
            }

            var till = (revoked ?? own).Till;
            till.IsDespiteClock = result.GetValue(CommonOptions.DespiteClock);
            var currency = own.Grant.Scheme.Terms.Currency;
            try
            {
                var before = till.Sum(CoinPaymentState.Reversed);
                var settled = await (revoked is null ? till.Synchronise(own.Issuer, cancel) : till.HandOver(own.Issuer, cancel));
                var reversed = till.Sum(CoinPaymentState.Reversed) - before;
                Older.PrintDone(
                    result.GetValue(json),
                    new
                    {
                        settled.Settled, settled.Guaranteed, settled.Waiting, settled.Refused, settled.StillQueued,
                            TakenBack = reversed.Minor,
                        Left = settled.Left.Select(l => new { l.What, Time = l.Sale == default ? null
                            : l.Sale.ToString(), Amount = l.Amount.Minor, l.Why }),
                    },
                    $"{Counted.Say(settled.Settled, "payment")} settled, {settled.Guaranteed} guaranteed for later, "
                    + (settled.Waiting > 0 ? $"{settled.Waiting} above their coin and not guaranteed, " : "")
                    + $"{settled.Refused} refused, {settled.StillQueued} still queued."
                    + (reversed.IsZero ? "" : $" {HeldView.TakenBack(reversed, currency, result.GetValue(other))}")
                    + string.Concat(settled.Left.Select(l => $"{Environment.NewLine}{Say(l, currency)}")));

                // What is left is no success, also where all the rest was done (rule R25).
                return settled.Left.Count == 0 ? ExitCode.Done : ExitCode.Refused;
            }
            catch (LinkException e)
            {
                throw new LinkException($"{e.Message} {till.Sum(CoinPaymentState.Queued).Show(currency)} stay queued.", e);
            }
        });
        return command;
    }

    private static string Say(LeftItem left, Currency currency) => left.What switch
    {
        "Payment" => $"Payment {left.Sale}, {left.Amount.Show(currency)}: {left.Why}",
        "Refund" => $"Refund {left.Sale}, {left.Amount.Show(currency)}: {left.Why}",
        _ => $"Hot list: {left.Why}",
    };
}
