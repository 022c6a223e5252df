using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Link;

namespace HierCash.Issuer;

/// <summary>Messages of wallets, sealed to the issuer and relayed by banks that cannot read them (hole 23).</summary>
internal sealed class SealedRelay(ICashSuite suite, IssuerKeys keys, Reversals reversals, CoinLife life, OverspendingCases traces)
{
    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks relay messages of wallets.").ToMessage();
        }

        // One answer for every message that does not open (hole 21).
        if (request.As<RelaySealedMessage>()?.Sealed is not { } message || keys.EncryptionKey(message.Key) is not { } secret
            || message.Open(suite, secret) is not { } opened)
        {
            return new Refusal(RefusalReason.Malformed, "The sealed message cannot be opened. Load the issuer's certificates again.")
                .ToMessage();
        }

        var answer = opened.Message.Type switch
        {
            MessageType.NonSettlementStatement => reversals.HandleDead(opened.Message),
            MessageType.UploadVoid => reversals.HandleWallet(opened.Message),
            MessageType.StampRebuttal => traces.HandleStamp(opened.Message),
            MessageType.Redeem => life.HandleRedeem(opened.Message),
            _ => new Refusal(RefusalReason.UnknownMessage, $"The issuer does not know the sealed message "
                + $"{(ushort)opened.Message.Type:X4}.").ToMessage(),
        };
        return new RelaySealedReply(SealedMessage.SealAnswer(suite, opened.Seed, answer)).ToMessage();
    }
}
