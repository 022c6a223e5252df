namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: the order (EP 0810563, issuance step 1).</summary>
public sealed record WithdrawMessage(WithdrawalOrder Order) : ILinkRequest<WithdrawMessage, WithdrawReply>
{
    public static MessageType Type => MessageType.Withdraw;

    public static BodyLimit Limit => new(WithdrawalOrder.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Order.Write(ref writer);

    public static WithdrawMessage? Read(ref BerTlvReader reader) => new(WithdrawalOrder.Read(ref reader));
}

/// <summary>Bank to wallet: what came of the order; nothing while the bank is still asking.</summary>
public sealed record WithdrawReply(WithdrawalAnswer Answer) : ILinkBody<WithdrawReply>
{
    public static MessageType Type => MessageType.WithdrawReply;

    public static BodyLimit Limit => new(WithdrawalAnswer.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Answer.Write(ref writer);

    public static WithdrawReply? Read(ref BerTlvReader reader) => WithdrawalAnswer.Read(ref reader) is { } answer ? new(answer) : null;
}
