using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// Whose card speaks on a connection: a wallet has no certificate, but some of its requests bear the account key's signature (rule R22).
/// </summary>
public sealed partial class BankParty : IAccountKeeper
{
    /// <remarks>
    /// An order counts while its date is in time: old ones stand in evidence files, and whoever has such a file is not the account.
    /// </remarks>
    public AccountId? SignedBy(LinkMessage request) => request.Type switch
    {
        MessageType.Withdraw => request.As<WithdrawMessage>()?.Order is { } order
            && IsNew(order.Date) && Find(order.User) is { } account && order.Verify(_suite, account.Key) ? order.User : null,
        MessageType.ShowOrder => request.As<ShowOrderMessage>()?.Order is { } order
            && IsNew(order.Date) && Find(order.User) is { } account && order.Verify(_suite, account.Key) ? order.User : null,
        MessageType.Renounce => request.As<RenounceMessage>()?.Word is { } word
            && IsNew(word.Date) && Find(word.User) is { } account && word.Verify(_suite, account.Key) ? word.User : null,
        MessageType.LostCard => request.As<LostCardMessage>()?.Report is { } report
            && Find(report.User) is { } account && report.Verify(_suite, account.Key) ? report.User : null,
        _ => null,
    };

    private bool IsNew(Timestamp date)
    {
        bool isNew = _identity.Scheme.Terms.IsOnTime(date, Timestamp.Now(_clock));
        Switches.On("R22 order", ref isNew);
        return isNew;
    }

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
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
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
