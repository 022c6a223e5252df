using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Wallet;

/// <summary>How a withdrawal ended.</summary>
public enum WithdrawalOutcome
{
    /// <summary>The cash is on the card.</summary>
    Issued,

    /// <summary>The issuer will never issue it; the account has its money back.</summary>
    Reversed,

    /// <summary>The bank waits for the issuer. The card keeps its side; resume later.</summary>
    Pending,

    /// <summary>The bank said no, and nothing was debited.</summary>
    Refused,
}

/// <param name="Message">For people: what happened and what to do.</param>
public sealed record WithdrawalResult(WithdrawalOutcome Outcome, Amount Amount, string Message);

/// <summary>The user's terminal: between a wallet card and its bank (EP 0810563, issuance steps 1, 4 and 5). It keeps no secrets.</summary>
/// <param name="records">The holder's own records, which say what the issuer has heard of already; or null.</param>
public sealed partial class WalletTerminal(ILink bank, ICashSuite suite, TimeProvider clock, ICrashPoints crash, WalletRecords? records = null)
{
    /// <summary>Withdraws X. Withdrawals that were cut short are finished first.</summary>
    /// <exception cref="CardRefusedException">The card said no; the message says why.</exception>
    /// <exception cref="CardChannelException">The card is gone; resume with it later.</exception>
    /// <exception cref="LinkException">The bank cannot be reached; resume later.</exception>
    public async ValueTask<WithdrawalResult> Withdraw(ICardChannel channel, string pin, Amount faceValue, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        var key = await LoadCertificates(card, cancel);
        await Resume(card, status, cancel);
        await TryUpload(card, status, cancel);
        var begun = card.BeginWithdrawal(faceValue, status.Currency, key);
        crash.Reach(CrashPoints.WithdrawalBegun);
        return await Finish(card, status, begun, faceValue, key, cancel);
    }

    /// <summary>Withdraws a coin whose key pair the issuer makes, if it does (EP 0810563, claim 2). The issuer could sign as the user, so nothing of it proves anything to third parties.</summary>
    public async ValueTask<WithdrawalResult> WithdrawIssuerKeyed(ICardChannel channel, string pin, Amount faceValue, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        var key = await LoadCertificates(card, cancel);
        await Resume(card, status, cancel);
        await TryUpload(card, status, cancel);
        var begun = card.BeginWithdrawalWithoutKey(faceValue, status.Currency, key);
        crash.Reach(CrashPoints.WithdrawalBegun);
        return await Finish(card, status, begun, faceValue, key, cancel, keyed: true);
    }

    /// <summary>Withdraws a further coin under the key of the coin in that slot (EP 0810563, variable TM; hole 15).</summary>
    public async ValueTask<WithdrawalResult> WithdrawSameKey(ICardChannel channel, string pin, byte slot, Amount faceValue, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        var key = await LoadCertificates(card, cancel);
        await TryUpload(card, status, cancel);
        await Resume(card, status, cancel);
        var begun = card.BeginWithdrawalSameKey(slot, faceValue, status.Currency, key);
        crash.Reach(CrashPoints.WithdrawalBegun);
        return await Finish(card, status, begun, faceValue, key, cancel);
    }

    /// <summary>Finishes every withdrawal that the card began: the same E_I leads to the same answer (hole 7).</summary>
    public async ValueTask<IReadOnlyList<WithdrawalResult>> Resume(ICardChannel channel, string pin, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        await LoadCertificates(card, cancel);
        var results = await Resume(card, status, cancel);
        await TryUpload(card, status, cancel);
        return results;
    }

    private static (WalletCard Card, PrivateStatus Status) Open(ICardChannel channel, string pin)
    {
        var card = new WalletCard(channel);
        card.Select();
        var verified = card.Verify(pin);
        if (!verified.IsSuccess)
        {
            throw new CardRefusedException(verified, verified.Explain());
        }

        return card.GetStatus().Private is { } status
            ? (card, status)
            : throw new CardRefusedException(StatusWord.ConditionsNotSatisfied, "This card belongs to no bank yet. Open an account with it first.");
    }

    /// <summary>Gives the card the issuer's certificates, which it checks itself, and picks the newest PE_I.</summary>
    private async ValueTask<KeyId> LoadCertificates(WalletCard card, CancellationToken cancel)
    {
        var reply = await bank.Call(new LinkMessage(MessageType.Certificates, []), cancel);
        var certificates = CertificatesReply.Read(reply)?.Certificates ?? [];
        foreach (var certificate in certificates.Where(c => c.Usage != KeyUsage.Bank))
        {
            card.PutCertificate(certificate);
        }

        records?.KeepCertificates(certificates.Where(c => c.Usage == KeyUsage.IssuerStatement));
        var now = Timestamp.Now(clock);
        return certificates.Where(c => c.Usage == KeyUsage.IssuerEncryption && c.Covers(now)).MaxBy(c => c.NotBefore)?.Key.Id
            ?? throw new LinkException("The bank knows no key of the issuer that is valid today. Ask the bank.");
    }

    private async ValueTask<IReadOnlyList<WithdrawalResult>> Resume(WalletCard card, PrivateStatus status, CancellationToken cancel)
    {
        var results = new List<WithdrawalResult>();
        for (byte slot = 0; slot < status.Slots; slot++)
        {
            if (card.GetCoin(slot).Pending is { } pending)
            {
                results.Add(await Finish(card, status, card.WithdrawalAgain(slot), pending.FaceValue, pending.Key, cancel));
            }
        }

        return results;
    }

    private async ValueTask<WithdrawalResult> Finish(
        WalletCard card, PrivateStatus status, BeginWithdrawalReply begun, Amount faceValue, KeyId key, CancellationToken cancel, bool keyed = false)
    {
        var date = Timestamp.Now(clock);
        var signature = card.AuthoriseWithdrawal(begun.Slot, date);
        crash.Reach(CrashPoints.WithdrawalAuthorised);
        var order = new AccountRequest(status.User, status.Bank, faceValue, status.Currency, key, begun.EI, date, signature);
        var reply = await bank.Call(WithdrawMessage.Write(order), cancel);
        crash.Reach(CrashPoints.WithdrawalAnswered);
        if (Refusal.Read(reply) is { } refusal)
        {
            return new WithdrawalResult(WithdrawalOutcome.Refused, faceValue, refusal.Text);
        }

        if (WithdrawalAnswer.Read(reply, MessageType.WithdrawReply) is not { } answer)
        {
            throw new LinkException("The bank's answer is malformed. Nothing is lost: resume the withdrawal later.");
        }

        var result = Apply(card, status, begun.Slot, faceValue, answer, keyed);
        crash.Reach(CrashPoints.WithdrawalFinished);
        return result;
    }

    private static WithdrawalResult Apply(WalletCard card, PrivateStatus status, byte slot, Amount faceValue, WithdrawalAnswer answer, bool keyed)
    {
        string amount = faceValue.Show(status.Currency);
        if (answer.EK is { } ek)
        {
            var stored = card.FinishWithdrawal(slot, ek);

            // Only what the card asked for comes with a key in it.
            string isKeyed = ek.Length == CashAnswer.EncipheredSizeWithKey ? $" {IssuerKeyed.ForHolder}" : "";
            return stored.IsSuccess
                ? new WithdrawalResult(WithdrawalOutcome.Issued, faceValue, $"{amount} are on the card.{isKeyed}")
                : throw new CardRefusedException(stored, $"The card does not take the bank's answer. {stored.Explain()}");
        }

        if (answer.Never is { } never)
        {
            var freed = card.ReleaseWithdrawal(slot, never);
            return freed.IsSuccess
                ? answer.Text is { } why
                    ? new WithdrawalResult(WithdrawalOutcome.Refused, faceValue, why)
                    : new WithdrawalResult(WithdrawalOutcome.Reversed, faceValue, $"The issuer does not issue these {amount}: {Explain(never.Reason, keyed)} The account has its money back.")
                : throw new CardRefusedException(freed, $"The card does not take the issuer's statement. {freed.Explain()}");
        }

        return new WithdrawalResult(WithdrawalOutcome.Pending, faceValue, $"The bank debited {amount} and waits for the issuer. Resume the withdrawal later; nothing is lost.");
    }

    private static string Explain(IssueRefusal reason, bool keyed) => reason switch
    {
        IssueRefusal.Undecipherable when keyed => "it makes no keys for users, or it could not decipher the card's request. Withdraw without --issuer-keyed.",
        IssueRefusal.Asked => "the bank withdrew the request, because it stayed unanswered for too long.",
        IssueRefusal.Undecipherable => "it could not decipher the card's request.",
        IssueRefusal.AmountDiffers => "the amount in the card's request is not the amount that the bank asked for.",
        IssueRefusal.KeyReused => "the card's key was used before.",
        IssueRefusal.InArrears => "the bank owes other banks what it has to pay first; ask the bank.",
        _ => "the bank's limit of cash in circulation is reached; try again later.",
    };
}
