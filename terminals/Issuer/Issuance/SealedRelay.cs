namespace HierCash.Issuer;

/// <summary>Messages of wallets, sealed to the issuer and relayed by banks that cannot read them (hole 23).</summary>
internal sealed class SealedRelay(ICashSuite suite, IssuerKeys keys, Reversals reversals, Redemption redemption, OverspendingCases traces)
{
    public LinkMessage Handle(LinkMessage request)
    {
        // One answer for every message that does not open (hole 21).
        if (request.As<RelaySealedMessage>()?.Sealed is not { } message || keys.EncryptionKey(message.Key) is not { } secret
            || message.Open(suite, secret) is not { } opened)
        {
            return Refuse(RefusalReason.Malformed, "The sealed message cannot be opened. Load the issuer's certificates again.");
        }

        var answer = opened.Message.Type switch
        {
            MessageType.NonSettlementStatement => reversals.HandleDead(opened.Message),
            MessageType.UploadVoid => reversals.Handle(opened.Message, null),
            MessageType.StampRebuttal => traces.HandleStamp(opened.Message),
            MessageType.Redeem => redemption.Handle(opened.Message),
            _ => Refuse(RefusalReason.UnknownMessage, $"The issuer does not know the sealed message {(ushort)opened.Message.Type:X4}."),
        };
        return new RelaySealedReply(SealedMessage.SealAnswer(suite, opened.Seed, answer)).ToMessage();
    }
}
