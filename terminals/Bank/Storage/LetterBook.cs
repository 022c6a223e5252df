using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// For whom, and for which of their cards, this bank has written letters with activation codes (rule R12). A card knows its last code and no other, so it is the
/// bank that sets no card back to a code which somebody has read before. Of a code a digest of its hash is kept, which opens nothing.
/// </summary>
internal sealed class LetterBook(Database store)
{
    private sealed record Entry(long Id, string Holder, AccountId? User, bool IsOffered);

    /// <summary>True if a letter with this code was written for this very act and may be given out for it: for a new card, or to set that holder's card back.</summary>
    /// <param name="user">Whose card is set back; null: a new card is personalised.</param>
    public bool IsFor(ActivationCode code, string holder, AccountId? user) => store.Read(db => Find(db, code) is { } entry && Fault(db, entry, holder, user) is null);

    /// <summary>True if a card has the code, or may have it because its answer was lost.</summary>
    public bool Knows(ActivationCode code) => store.Read(db => Find(db, code) is { IsOffered: true });

    /// <summary>True if a card has the code, and the account that goes with it.</summary>
    public bool IsTaken(ActivationCode code) => store.Read(db => Find(db, code) is { User: not null });

    /// <summary>True if a card of that account was, or may have been, set back before: this bank signed for another code than this one.</summary>
    public bool WasSetBack(AccountId user, ActivationCode code) => store.Read(db => db.Number(
        "SELECT count(*) FROM letter WHERE u = $1 AND signed AND mark <> $2", user.Value.ToArray(), Mark(code)) > 0);

    /// <summary>Before its letter is on the disk: no letter has a code that is not in this book. What becomes of no letter stays here, and opens nothing.</summary>
    /// <param name="user">Whose card is to be set back; null: a new card is to be personalised.</param>
    public void Write(ActivationCode code, string holder, AccountId? user) => store.Write(db => Add(db, code, holder, user, isOffered: false));

    /// <summary>Before the card hears of the code.</summary>
    /// <param name="user">Whose card is set back; null: a new card is personalised.</param>
    /// <returns>True if no card has heard of it; false if the act is repeated with its letter.</returns>
    /// <exception cref="InvalidOperationException">The code was written for something else, or replaced by a later one.</exception>
    public bool Begin(ActivationCode code, string holder, AccountId? user) => store.Write(db =>
    {
        if (Find(db, code) is not { } entry)
        {
            return Add(db, code, holder, user, isOffered: true);
        }

        return Fault(db, entry, holder, user) is { } fault ? throw new InvalidOperationException(fault)
            : !entry.IsOffered && db.Execute("UPDATE letter SET offered = 1 WHERE id = $1", entry.Id) > 0;
    });

    /// <summary>The card refused it: nobody has this code, and its letter is to be taken away.</summary>
    public void Forget(ActivationCode code) => store.Write(db =>
    {
        db.Execute("DELETE FROM letter WHERE mark = $1", Mark(code));
        return true;
    });

    /// <summary>The bank signs a set-back to that code; in the caller's transaction.</summary>
    public static void Signs(IWriteTransaction db, ActivationCode code) => db.Execute("UPDATE letter SET signed = 1 WHERE mark = $1", Mark(code));

    /// <summary>A new card took the code, and has its account from now on; in the caller's transaction.</summary>
    public static void Took(IWriteTransaction db, ActivationCode code, AccountId user) =>
        db.Execute("UPDATE letter SET u = $2 WHERE mark = $1 AND u IS NULL", Mark(code), user.Value.ToArray());

    private static bool Add(IWriteTransaction db, ActivationCode code, string holder, AccountId? user, bool isOffered) => db.Execute(
        "INSERT INTO letter(mark, holder, u, offered) VALUES($1, $2, $3, $4)", Mark(code), holder, user?.Value.ToArray(), isOffered) > 0;

    private static string? Fault(IReadSnapshot db, Entry entry, string holder, AccountId? user)
    {
        var others = entry.User is { } card
            ? db.Query("SELECT id FROM letter WHERE u = $1 AND id <> $2 AND offered", r => r.GetInt64(0), card.Value.ToArray(), entry.Id).ToList()
            : [];
        bool isFormer = others.Exists(id => id > entry.Id);
        Switches.Off("R12 former", ref isFormer);

        // A card's first letter is the one with which it was personalised; each later one sets it back.
        bool isFirst = !others.Exists(id => id < entry.Id);
        return entry.Holder != holder || (user is { } whose && entry.User != whose)
            ? "That letter was written for another holder, or for another card. Name another file for the new letter."
            : isFormer ? "That letter's code is an old one of the card: somebody has read it. Name another file for the new letter."
            : user is null && !isFirst ? "That letter was written to set a card back, and not for a new card. Name another file for the new letter."
            : null;
    }

    private static Entry? Find(IReadSnapshot db, ActivationCode code) => db.First(
        "SELECT id, holder, u, offered FROM letter WHERE mark = $1",
        r => new Entry(r.GetInt64(0), r.GetString(1), r.IsDBNull(2) ? null : new AccountId(Id16.Read(r.Bytes(2))), r.GetBoolean(3)), Mark(code));

    private static byte[] Mark(ActivationCode code) => Digest.Of(code.Hash.ToArray()).ToArray();
}
