namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: the order (EP 0810563, issuance step 1).</summary>
public sealed record WithdrawMessage(WithdrawalOrder Order)
    : ILinkRequest<WithdrawMessage, WithdrawReply>, IObjectBody<WithdrawMessage, WithdrawalOrder>
{
    public static MessageType Type => MessageType.Withdraw;

    public WithdrawalOrder Object => Order;

    public static WithdrawMessage Of(WithdrawalOrder item) => new(item);
}

/// <summary>Bank to wallet: what came of the order; nothing while the bank is still asking.</summary>
public sealed record WithdrawReply(WithdrawalAnswer Answer) : IObjectBody<WithdrawReply, WithdrawalAnswer>
{
    public static MessageType Type => MessageType.WithdrawReply;

    public WithdrawalAnswer Object => Answer;

    public static WithdrawReply Of(WithdrawalAnswer item) => new(item);
}
