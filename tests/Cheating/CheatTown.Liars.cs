namespace HierCash.Tests.Cheating;

/// <summary>An issuer and a network that lie.</summary>
internal sealed partial class CheatTown
{
    /// <summary>From now on bank-1 hears of the issuer what the issuer makes of its own instructions.</summary>
    public void LieToBank(Func<TransferKind, Digest, Amount, (TransferKind Kind, Digest Reference, Amount Total)> change)
    {
        var liar = Actor;
        Deceived["bank-1"] = World.BankOver("bank-1", new LyingIssuer(BankLink, World.StatementKey, (kind, reference, total) =>
        {
            var told = change(kind, reference, total);
            Did(told == (kind, reference, total) ? null : liar);
            return told;
        }));
        Tell("From now on the issuer tells bank-1 other sums than it books.");
    }

    public void RepeatOrders(int which) => Try(() =>
    {
        var orders = RawMessages.WalletRequests(World).Where(m => m.Type == MessageType.Withdraw).ToList();
        World.UserBank.Handle(LinkPeer.Wallet, orders[which % orders.Count], default).AsTask().GetAwaiter().GetResult();
        Did("A clerk sends a holder's old order once more.");
    });

    /// <summary>Sends wallets' old messages again, as they were or with a byte changed.</summary>
    public void RepeatWire(int from, bool garble)
    {
        var old = RawMessages.WalletRequests(World);
        foreach (var message in old.Skip(from % Math.Max(1, old.Count)).Take(5))
        {
            var body = message.Body.ToArray();
            if (garble && body.Length > 0)
            {
                body[from % body.Length] ^= 0x40;
            }

            Try(() => World.UserBank.Handle(LinkPeer.Wallet, new LinkMessage(message.Type, body), default).AsTask().GetAwaiter()
                .GetResult());
            if (message.Type == MessageType.Relay)
            {
                // What is sealed; in the open a wallet's messages are for its bank alone, whoever repeats them.
                Try(() => RawMessages.Call(World.IssuerLink(LinkPeer.Wallet, "network"), new LinkMessage(message.Type, body)));
            }
        }

        if (old.Count > 0)
        {
            Did($"Somebody sends old messages of wallets again{(garble ? ", with changes" : "")}.");
        }
    }

    private sealed class LyingIssuer(
        ILink inner, ISigningKey statement, Func<TransferKind, Digest, Amount, (TransferKind Kind, Digest Reference, Amount Total)> change)
            : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await inner.Call(request, cancel);
            return request.Type == MessageType.Instructions
                ? RawMessages.Resign(reply, statement, t => change(t.Kind, t.Reference, t.Total))
                : reply;
        }
    }
}
