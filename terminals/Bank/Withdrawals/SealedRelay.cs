using System.Diagnostics.CodeAnalysis;

namespace HierCash.Bank;

/// <summary>
/// Wallets' messages that only the issuer can read, and its answers (hole 23). Whoever sends one is a stranger: they go over a link of
/// their own, a few at a time, and the bank's visits and withdrawals never wait behind them (rule R8).
/// </summary>
/// <param name="issuer">Carries nothing else.</param>
/// <param name="issuersClock">What is known of the issuer's clock: a wallet has no other way to it (rule R26).</param>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle: there is nothing to release.")]
internal sealed class SealedRelay(ILink issuer, PeerClock issuersClock, TimeProvider clock)
{
    /// <summary>Most messages that are on their way at a time.</summary>
    public const int Most = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _room = new(Most);

    public async ValueTask<LinkMessage> Handle(LinkMessage request, CancellationToken cancel)
    {
        if (request.As<RelayMessage>()?.Sealed is not { } message)
        {
            return Refuse(RefusalReason.Malformed, "The sealed message is malformed.");
        }

        if (!await HasRoom(cancel))
        {
            return Refuse(RefusalReason.Unavailable,
                "The bank passes too many messages to the issuer just now. Nothing is lost: try again later.");
        }

        try
        {
            if (await issuersClock.Ask(issuer, cancel) is not null)
            {
                return Refuse(RefusalReason.Unavailable, "The clocks of bank and issuer differ: the issuer could take for late what "
                    + "is not. Nothing was sent, and nothing is lost. Try again later.");
            }

            var reply = await issuer.Call(new RelaySealedMessage(message).ToMessage(), cancel);
            return reply.As<RelaySealedReply>()?.Answer is { } answer
                ? new RelayReply(answer).ToMessage()
                : Refusal.Read(reply)?.ToMessage()
                    ?? Refuse(RefusalReason.Unavailable, "The issuer's answer is malformed. Try again later.");
        }
        catch (LinkException e) when (e.StoreFault is { } why)
        {
            return Refuse(RefusalReason.CannotStore, $"The issuer cannot use its own files: {why}.");
        }
        catch (LinkException e) when (e.IsOutOfDate)
        {
            return Refuse(RefusalReason.Unavailable, "This bank does not trust the issuer's certificate: by the bank's clock it is not "
                    + "good yet, or no more. Nothing is lost: tell the bank.");
        }
        catch (LinkException)
        {
            return Refuse(RefusalReason.Unavailable, "The issuer cannot be reached. Nothing is lost: try again later.");
        }
        finally
        {
            _room.Release();
        }
    }

    private async ValueTask<bool> HasRoom(CancellationToken cancel)
    {
        if (_room.Wait(0, cancel))
        {
            return true;
        }

        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await _room.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
