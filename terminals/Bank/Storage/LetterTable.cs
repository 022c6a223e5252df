namespace HierCash.Bank;

/// <summary>A letter with an activation code.</summary>
/// <param name="Id">Later letters have a higher one.</param>
/// <param name="User">Whose card took it, or is to take it; null: a new card that has no account yet.</param>
/// <param name="IsOffered">A card has heard of the code, or may have.</param>
internal sealed record LetterEntry(long Id, string Holder, AccountId? User, bool IsOffered);

/// <summary>Letters with activation codes (rule R12). Of a code a digest of its hash is kept, which opens nothing.</summary>
internal static class LetterTable
{
    public static LetterEntry? Find(IReadSnapshot db, ActivationCode code) => db.First(
        "SELECT id, holder, u, offered FROM letter WHERE mark = $1",
        r => new LetterEntry(r.GetInt64(0), r.GetString(1), r.IsDBNull(2) ? null : r.User(2), r.Flag(3)), Mark(code));

    public static bool Add(IWriteTransaction db, ActivationCode code, string holder, AccountId? user, bool isOffered) => db.Execute(
        "INSERT INTO letter(mark, holder, u, offered) VALUES($1, $2, $3, $4)",
        Mark(code), holder, user, isOffered) > 0;

    /// <summary>The other letters of that card whose code it has heard of, or may have: the ids.</summary>
    public static List<long> OthersOffered(IReadSnapshot db, AccountId user, LetterEntry than) => db.Query(
        "SELECT id FROM letter WHERE u = $1 AND id <> $2 AND offered = 1 ORDER BY id", r => r.GetInt64(0), user, than.Id);

    /// <summary>True if the bank has signed a set-back of that card to another code than this one.</summary>
    public static bool HasOtherSigned(IReadSnapshot db, AccountId user, ActivationCode than) => db.Number(
        "SELECT count(*) FROM letter WHERE u = $1 AND signed = 1 AND mark <> $2", user, Mark(than)) > 0;

    public static bool MarkOffered(IWriteTransaction db, LetterEntry letter) =>
        db.Execute("UPDATE letter SET offered = 1 WHERE id = $1", letter.Id) > 0;

    /// <summary>The bank signs a set-back to that code.</summary>
    public static void MarkSigned(IWriteTransaction db, ActivationCode code) =>
        db.Execute("UPDATE letter SET signed = 1 WHERE mark = $1", Mark(code));

    /// <summary>A new card took the code, and has its account from now on.</summary>
    public static void MarkTaken(IWriteTransaction db, ActivationCode code, AccountId user) =>
        db.Execute("UPDATE letter SET u = $2 WHERE mark = $1 AND u IS NULL", Mark(code), user);

    public static bool Forget(IWriteTransaction db, ActivationCode code) =>
        db.Execute("DELETE FROM letter WHERE mark = $1", Mark(code)) > 0;

    private static byte[] Mark(ActivationCode code) => Digest.Of(code.Hash.ToArray()).ToArray();
}
