namespace HierCash.Bank;

/// <summary>
/// For whom, and for which of their cards, this bank has written letters with activation codes (rule R12). A card knows its last code and
/// no other, so it is the bank that sets no card back to a code which somebody has read before. Of a code a digest of its hash is kept,
/// which opens nothing.
/// </summary>
internal sealed class LetterBook(Database store)
{
    /// <summary>True if a letter with this code was written for this very act: for a new card, or to set that holder's card back.</summary>
    /// <param name="user">Whose card is set back; null: a new card is personalised.</param>
    public bool IsFor(ActivationCode code, string holder, AccountId? user) => store.Read(db =>
        LetterTable.Find(db, code) is { } letter && Fault(db, letter, holder, user) is null);

    /// <summary>True if a card has the code, or may have it because its answer was lost.</summary>
    public bool Knows(ActivationCode code) => store.Read(db => LetterTable.Find(db, code) is { IsOffered: true });

    /// <summary>True if a card has the code, and the account that goes with it.</summary>
    public bool IsTaken(ActivationCode code) => store.Read(db => LetterTable.Find(db, code) is { User: not null });

    /// <summary>True if this bank signed a set-back of that account's card to another code than this one.</summary>
    public bool WasSetBack(AccountId user, ActivationCode code) => store.Read(db => LetterTable.HasOtherSigned(db, user, code));

    /// <summary>
    /// Before its letter is on the disk: no letter has a code that is not in this book. What becomes of no letter stays here, and opens
    /// nothing.
    /// </summary>
    /// <param name="user">Whose card is to be set back; null: a new card is to be personalised.</param>
    public void Write(ActivationCode code, string holder, AccountId? user) =>
        store.Write(db => LetterTable.Add(db, code, holder, user, isOffered: false));

    /// <summary>Before the card hears of the code.</summary>
    /// <param name="user">Whose card is set back; null: a new card is personalised.</param>
    /// <returns>
    /// True if no card has heard of it; false if the act is repeated with its letter. Refused where the code was written for something
    /// else, or replaced by a later one.
    /// </returns>
    public Result<bool> Begin(ActivationCode code, string holder, AccountId? user) => store.Write<Result<bool>>(db =>
    {
        if (LetterTable.Find(db, code) is not { } letter)
        {
            return LetterTable.Add(db, code, holder, user, isOffered: true);
        }

        return Fault(db, letter, holder, user) is { } fault
            ? new Refused(Outcome.PinRefused, fault)
            : !letter.IsOffered && LetterTable.MarkOffered(db, letter);
    });

    /// <summary>The card refused it: nobody has this code, and its letter is to be taken away.</summary>
    public void Forget(ActivationCode code) => store.Write(db => LetterTable.Forget(db, code));

    private static string? Fault(IReadSnapshot db, LetterEntry letter, string holder, AccountId? user)
    {
        var others = letter.User is { } card ? LetterTable.OthersOffered(db, card, letter) : [];
        bool isFormer = others.Exists(id => id > letter.Id);

        // A card's first letter is the one with which it was personalised; each later one sets it back.
        bool isFirst = !others.Exists(id => id < letter.Id);
        return letter.Holder != holder || (user is { } whose && letter.User != whose)
            ? "That letter was written for another holder, or for another card. Name another file for the new letter."
            : isFormer ? "That letter's code is an old one of the card: somebody has read it. Name another file for the new letter."
            : user is null && !isFirst
            ? "That letter was written to set a card back, and not for a new card. Name another file for the new letter."
            : null;
    }
}
