namespace HierCash.Bank;

/// <summary>Whose card speaks on a connection: some of a wallet's requests bear the account key's signature (rule R22).</summary>
public sealed partial class BankParty : IAccountKeeper
{
    /// <remarks>An order counts while its date is in time: whoever has an old one from an evidence file is not the account.</remarks>
    public AccountId? SignedBy(LinkMessage request) => request.Type switch
    {
        MessageType.Withdraw => request.As<WithdrawMessage>()?.Order is { } order ? Signer(order.User, order.Date, order.Verify) : null,
        MessageType.ShowOrder => request.As<ShowOrderMessage>()?.Order is { } order ? Signer(order.User, order.Date, order.Verify) : null,
        MessageType.Renounce => request.As<RenounceMessage>()?.Word is { } word ? Signer(word.User, word.Date, word.Verify) : null,
        MessageType.LostCard => request.As<LostCardMessage>()?.Report is { } report ? Signer(report.User, null, report.Verify) : null,
        _ => null,
    };

    private AccountId? Signer(AccountId user, Timestamp? date, Func<ICashSuite, PublicKey, bool> verify) =>
        (date is null || IsNew(date.Value)) && Find(user) is { } account && verify(_suite, account.Key) ? user : null;

    private bool IsNew(Timestamp date) => _identity.Scheme.Terms.IsOnTime(date, Timestamp.Now(_clock));

    private AccountEntry? Find(AccountId user) => _store.Read(db => AccountTable.Find(db, user));

    /// <summary>A person knows that the issuer's clock and this bank's differ, and goes on (rule R26).</summary>
    public bool IsDespiteClock
    {
        get => _issuersClock.IsOverridden;
        set => _issuersClock.IsOverridden = value;
    }

    /// <summary>What this process cannot do at present; of who serves, those of all that it does.</summary>
    public Faults Faults { get; init; }

    /// <summary>Before a visit. What it finds is a fault until it is over, so that 'status' can say why all stands still.</summary>
    /// <returns>Why not to go on; null where the clocks agree.</returns>
    private async ValueTask<string?> CompareClocks(CancellationToken cancel)
    {
        var wrong = await _issuersClock.Ask(_issuer, cancel, anew: true);
        if (wrong is null)
        {
            Faults.Clear(BankWaiting.ClockFault);
        }
        else
        {
            Faults.Note(BankWaiting.ClockFault, wrong.TrimEnd('.'), "the wrong clock is right; they are compared at each visit");
        }

        return wrong;
    }
}
