namespace HierCash.Bank;

/// <summary>Where a bank may be stopped by a test; see <see cref="ICrashPoints"/>.</summary>
public static class CrashPoints
{
    public const string LetterBooked = "bank.letter.booked";
    public const string LetterWritten = "bank.letter.written";
    public const string LetterOffered = "bank.letter.offered";
    public const string LossReported = "bank.loss.reported";
    public const string WithdrawalUncommitted = "bank.withdrawal.uncommitted";
    public const string WithdrawalDebited = "bank.withdrawal.debited";
    public const string WithdrawalRequested = "bank.withdrawal.requested";
    public const string WithdrawalAnswered = "bank.withdrawal.answered";
    public const string WithdrawalConcluded = "bank.withdrawal.concluded";
    public const string InstructionUncommitted = "bank.instruction.uncommitted";
    public const string InstructionBooked = "bank.instruction.booked";
    public const string EvidenceStored = "bank.evidence.stored";

    /// <summary>Every point that is declared above; a test compares.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        LetterBooked, LetterWritten, LetterOffered, LossReported, WithdrawalUncommitted, WithdrawalDebited, WithdrawalRequested,
        WithdrawalAnswered, WithdrawalConcluded, InstructionUncommitted, InstructionBooked, EvidenceStored,
    ];
}
