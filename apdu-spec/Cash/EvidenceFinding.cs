namespace HierCash.Protocol.Cash;

/// <summary>Who has to answer for what an evidence file shows.</summary>
public enum Culprit
{
    /// <summary>Nobody, or nobody knows: the file proves nothing, or it was made good.</summary>
    Nobody,
    User,

    /// <summary>A shop settled what it had taken back, and shows no reversal.</summary>
    Shop,
    Issuer,
    Bank,

    /// <summary>A shop took back what it had submitted, and was not asked yet whether it made that good (rule R3).</summary>
    ShopToAnswer,
}

/// <summary>What an evidence file says after everything in it was checked against the scheme's root key.</summary>
/// <param name="IsProven">True if U, and nobody else, signed more than X.</param>
/// <param name="Culprit">Who has to answer.</param>
/// <param name="Finding">One sentence for people, or two.</param>
/// <param name="Spent">What was signed and not struck out.</param>
public sealed record EvidenceFinding(
    bool IsProven, Culprit Culprit, string Finding, AccountId User, string Name, Amount Spent, Amount FaceValue, Currency Currency)
{
    /// <summary>
    /// False if no bank of this scheme signed the file as it is: then nothing in it, names and dates included, is known to be true.
    /// </summary>
    public bool IsSigned { get; init; } = true;

    /// <summary>What exceeds X and was not struck out; 0 where the file proves nothing.</summary>
    public Amount Excess { get; init; }

    /// <summary>What the receipts of payments that were not struck out guarantee.</summary>
    public Amount Guaranteed { get; init; }

    /// <summary>Most that may ever be claimed of the bank on this evidence (rule R9).</summary>
    public Amount Claimable => Amount.Min(Excess, Guaranteed);
}

/// <summary>What is shown against an accusation.</summary>
/// <param name="Rebuttals">By the user.</param>
/// <param name="Answers">By shops that were asked.</param>
/// <param name="ShopIsSilent">The word of whoever judges: every shop was asked after the bank saw S_W, had time to ask the issuer, and
/// shows no more than is here.</param>
public sealed record Defence(IReadOnlyList<Rebuttal> Rebuttals, IReadOnlyList<ShopAnswer> Answers, bool ShopIsSilent = false)
{
    public static readonly Defence None = new([], []);

    /// <summary>The issuer's own proofs, from whomever; each with certificates that it may have been signed under.</summary>
    public IReadOnlyList<(Reversal Reversal, IReadOnlyList<KeyCertificate> Keys)> Reversals { get; init; } = [];

    /// <summary>
    /// Tills whose key was revoked, and since when: the word of whoever judges, who asked the issuer. No list of it reaches a reader of
    /// files.
    /// </summary>
    public IReadOnlyDictionary<TillId, Timestamp> Revoked { get; init; } = new Dictionary<TillId, Timestamp>();

    /// <summary>
    /// Keys of the bank that were revoked: the word of whoever judges. A stamp by one of them has the date that its signer writes, and
    /// names no shop.
    /// </summary>
    public IReadOnlyCollection<KeyId> RevokedBankKeys { get; init; } = [];
}
