using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Terminals;

namespace HierCash.Wallet;

/// <param name="Rebuttal">What was shown, with the stamps that it got: keep it.</param>
/// <param name="Stands">Whether the bank holds on to the accusation; null where it did not say.</param>
public sealed record RebuttalResult(Notice Notice, Rebuttal Rebuttal, bool? Stands);

/// <summary>Accusations, and what a holder shows against them (hole 19, rule R5).</summary>
public sealed partial class WalletTerminal
{
    /// <summary>What the bank holds against a user. Asked at every contact.</summary>
    public async ValueTask<IReadOnlyList<Notice>> Notices(AccountId user, CancellationToken cancel) =>
        RebuttalMessages.ReadNotices(await bank.Call(RebuttalMessages.WriteNoticesRequest(user), cancel)) ?? [];

    /// <summary>
    /// Shows the bank, for each accusation, what the card and the wallet's records hold against it, and nothing about other coins. The issuer stamps first,
    /// without seeing more than a hash; if it cannot be reached, the bank's own stamp has to do.
    /// </summary>
    /// <param name="keep">
    /// Keeps a rebuttal before the bank sees it, with the issuer's stamp if there is one, and again with the bank's: a bank that relays the stamp and then
    /// falls silent takes nobody's proof that it came in time. Returns it with the stamps that the same rebuttal got before: those are the earliest.
    /// </param>
    /// <returns>One for each notice; with an empty rebuttal where there is nothing to show.</returns>
    public async ValueTask<IReadOnlyList<RebuttalResult>> Rebut(
        ICardChannel channel, string pin, CancellationToken cancel, Func<Notice, Rebuttal, Rebuttal>? keep = null)
    {
        var (card, status) = Open(channel, pin);
        var results = new List<RebuttalResult>();
        foreach (var notice in await Notices(status.User, cancel))
        {
            var rebuttal = (await MakeRebuttal(channel, pin, cancel)).About(notice.Coin);
            if (rebuttal.Voids.Count + rebuttal.Dead.Count == 0)
            {
                results.Add(new RebuttalResult(notice, Rebuttal.None, null));
                continue;
            }

            rebuttal = await StampByIssuer(card, rebuttal, cancel);
            rebuttal = keep?.Invoke(notice, rebuttal) ?? rebuttal;
            if (await Show(notice, rebuttal, cancel) is not { } answer)
            {
                results.Add(new RebuttalResult(notice, rebuttal, null));
                continue;
            }

            rebuttal = rebuttal.With(answer.Stamp, [answer.Certificate]);
            rebuttal = keep?.Invoke(notice, rebuttal) ?? rebuttal;
            results.Add(new RebuttalResult(notice, rebuttal, answer.Stands));
        }

        return results;
    }

    /// <summary>The bank's answer; null where it gives none.</summary>
    private async ValueTask<RebutAnswer?> Show(Notice notice, Rebuttal rebuttal, CancellationToken cancel)
    {
        try
        {
            return RebuttalMessages.ReadRebutAnswer(await bank.Call(RebuttalMessages.WriteRebut(notice.Coin, rebuttal), cancel));
        }
        catch (LinkException)
        {
            return null;
        }
    }

    private async ValueTask<Rebuttal> StampByIssuer(WalletCard card, Rebuttal rebuttal, CancellationToken cancel)
    {
        try
        {
            var reply = await Seal(card, await Certificates(card, cancel)).Call(RebuttalMessages.WriteStampRequest(rebuttal.Digest), cancel);
            var stamp = RebuttalMessages.ReadStamp(reply);
            bool its = stamp?.Subject == rebuttal.Digest;
            Switches.On("R5 stamped", ref its);
            return stamp is not null && its ? rebuttal.With(stamp, []) : rebuttal;
        }
        catch (Exception e) when (e is LinkException or CardRefusedException)
        {
            // The issuer is away, or the bank says a key that the card does not believe: the rebuttal is made all the same.
            return rebuttal;
        }
    }
}
