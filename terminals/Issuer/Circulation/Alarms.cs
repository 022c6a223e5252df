using System.Buffers.Binary;

namespace HierCash.Issuer;

/// <summary>
/// What a person at the issuer should look at. One row for each kind and subject: who repeats a thing raises a count, not rows (rule R10).
/// </summary>
internal static class Alarms
{
    /// <summary>S_I is genuine, and the coin is not known: somebody else can use the coin key, or the store was lost.</summary>
    public const string UnknownCoin = "unknown coin";

    /// <summary>
    /// A genuine coin that may have been issued after this issuer's copy, and that no bank gave back: the issuer bears what it pays (R27).
    /// </summary>
    public const string HonouredCoin = "honoured coin";

    /// <summary>More than X was signed under a key that this issuer made: by a copied card, or by whoever kept the key (hole 14).</summary>
    public const string IssuerKeyedExcess = "issuer-keyed excess";

    /// <summary>Two messages under one counter of such a coin, together not above X.</summary>
    public const string IssuerKeyedEquivocation = "issuer-keyed equivocation";

    /// <summary>A coin is overspent in more payments than a dossier holds: no bank can be shown it.</summary>
    public const string DossierTooLarge = "dossier too large";

    /// <summary>
    /// A bank finds something invalid in a dossier: nobody is told of the overspending, and nothing of it is claimed before this issuer's
    /// own check says so.
    /// </summary>
    public const string DossierRefused = "dossier refused";

    /// <summary>More of a claim came free than was claimed: the books of claims and of promises differ.</summary>
    public const string ClaimTooSmall = "more came free than was claimed";

    /// <summary>A bank has not booked what it was instructed, for the whole disputeTerm (R8).</summary>
    public const string Parked = "instruction parked";

    /// <summary>A bank has not fetched an instruction for the whole disputeTerm (R8). Raised once for each.</summary>
    public const string NotFetched = "instruction not fetched";

    /// <summary>Somebody with a bank's link brought a statement about an instruction that the bank did not sign.</summary>
    public const string StatementNotSigned = "statement not this bank's";

    /// <summary>A bank parks what it had said to be booked.</summary>
    public const string WordTakenBack = "statement against an earlier word";

    /// <summary>A bank speaks of instructions that were never made (rule R10).</summary>
    public const string NeverInstructed = "word about what was never instructed";

    /// <summary>This issuer was restored from an older copy: a bank, or a till (by its W), has its later word (R27).</summary>
    public const string Restored = "issuer restored from an older copy";

    /// <summary>The root key certified a key that this database lacks: it is an older copy, and the secret is lost (R27).</summary>
    public const string LostKey = "own key lost";

    /// <summary>A bank gives back a withdrawal that was enciphered to a lost key: nobody can open it (R27).</summary>
    public const string NotOpened = "withdrawal enciphered to a lost key";

    /// <summary>A bank was restored from an older copy: this issuer has its later word (R27).</summary>
    public const string BankRestored = "bank restored from an older copy";

    /// <summary>
    /// After this issuer was restored a bank gave back less than the issuer's own word to it names: it never fetched the rest, or keeps it
    /// back (R27).
    /// </summary>
    public const string NotGivenBack = "bank gave back less than was signed for it";

    /// <summary>The clock is behind what was signed, by more than the tolerance: nothing is signed (rule R26).</summary>
    public const string ClockBehind = "clock behind";

    /// <summary>Subjects of one kind that are told apart; what is beyond them is counted in one row without a subject.</summary>
    public const int MaxSubjects = 1000;

    /// <summary>About a bank or its instruction: the subject is 4 bytes of its number, 8 of the instruction's, zeros for none.</summary>
    public static bool Raise(IWriteTransaction db, string kind, PartyId bank, ulong number, Timestamp now)
    {
        var subject = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(subject, bank.Value);
        BinaryPrimitives.WriteUInt64BigEndian(subject.AsSpan(4), number);
        return Raise(db, kind, subject, now);
    }

    /// <summary>About a coin.</summary>
    public static bool Raise(IWriteTransaction db, string kind, CoinId coin, Timestamp now) =>
        Raise(db, kind, coin.Value.ToArray(), now);

    /// <returns>True if nothing like it had been raised.</returns>
    public static bool Raise(IWriteTransaction db, string kind, byte[] subject, Timestamp now)
    {
        bool isNew = !AlarmTable.Has(db, kind, subject);
        AlarmTable.Raise(db, kind, isNew && AlarmTable.Count(db, kind) >= MaxSubjects ? [] : subject, now);
        return isNew;
    }
}
