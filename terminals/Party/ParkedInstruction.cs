namespace HierCash.Terminals;

/// <summary>An instruction that its bank has not booked (R8), as issuer and bank show it.</summary>
/// <param name="Bank">Whose instruction it is.</param>
/// <param name="Reference">What it is for, see <see cref="TransferKind"/>.</param>
/// <param name="Since">Parked since then, by the clock of whoever shows it.</param>
/// <param name="TermOver">disputeTerm has gone by since.</param>
/// <param name="InSuspense">At the bank: its money left clearing or the float and waits in suspense.</param>
/// <param name="StopsIssuing">At the issuer: the bank gets no cash issued before it is booked.</param>
public sealed record ParkedInstruction(
    PartyId Bank, ulong Number, TransferKind Kind, Digest Reference, Amount Amount, BookingOutcome Reason, Timestamp Since, bool TermOver,
    bool InSuspense, bool StopsIssuing)
{
    /// <summary>
    /// For people: whose account or coin it is about, as far as the side that shows it may know; empty for what is about nobody.
    /// </summary>
    public string Whose { get; init; } = "";

    /// <summary>For people: why the bank did not book it.</summary>
    public string Why => Reason switch
    {
        BookingOutcome.NoAccount => "the bank has no such shop account",
        BookingOutcome.NoWithdrawal => "the bank knows no withdrawal of this coin",
        BookingOutcome.ClaimNotVerified when Kind == TransferKind.ClaimRestore =>
            "it gives back more than this bank has booked of claims on this coin",
        BookingOutcome.ClaimNotVerified => "the bank has not verified an excess that covers it, or the holder's term is not over",
        BookingOutcome.BeyondFloat => "the bank's e-cash float holds less",
        _ => "the bank has not fetched it",
    };

    /// <summary>For people: what ends it. Until then it is tried again at every visit.</summary>
    public string EndsWhen => Reason switch
    {
        BookingOutcome.NoAccount => "the bank opens that account",
        BookingOutcome.NoWithdrawal => "its holder shows that withdrawal's order: 'hiercash-wallet resume'",
        BookingOutcome.ClaimNotVerified when Kind == TransferKind.ClaimRestore =>
            "the claim on the same coin is booked: the two are set off against each other",
        BookingOutcome.ClaimNotVerified => "the bank has found the case proven and the holder's term is over",
        BookingOutcome.BeyondFloat => "the float holds as much again",
        _ => "the bank fetches it",
    };

    /// <summary>The beginning of a reference, where no name is known for it.</summary>
    public static string Short(string what, Digest reference) => $"{what} {reference.ToString()[..16]}";

    /// <summary>One line for a console.</summary>
    public string Show(Currency currency) =>
        $"instruction {Bank}/{Number}, {Kind} {Amount.Show(currency)}{(Whose.Length > 0 ? $" for {Whose}" : "")}, since {Since}: {Why}. It "
            + $"ends when {EndsWhen}."
        + (StopsIssuing ? " Until then nothing is issued to this bank." : InSuspense ? " Until then the sum waits in suspense." : TermOver
        ? " Its term is over: ask the other side." : "");
}
