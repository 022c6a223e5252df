namespace HierCash.Bank;

/// <summary>
/// Letters with activation codes (rule R12): first in the bank's books, then on the disk, then on the card. Cut short anywhere, the same
/// call goes on.
/// </summary>
public sealed partial class BankParty
{
    /// <summary>
    /// Does something to a card with the letter of that name: a new one, or the one that the same call wrote before. A code that no card
    /// can have is in no letter: that of a refused act is taken away.
    /// </summary>
    /// <param name="user">Whose card is set back; null: an account is opened with a new card.</param>
    /// <returns>Refused where the file is a letter for something else, and nothing was sent to the card; or what the act was.</returns>
    /// <exception cref="RefusedException">The file is no letter; nothing was sent to the card.</exception>
    /// <exception cref="IOException">The letter cannot be written; nothing was sent to the card.</exception>
    public Result<T> WithLetter<T>(string path, string holder, AccountId? user, Func<ActivationCode, Result<T>> act)
    {
        var code = File.Exists(path) ? ActivationLetter.Read(path) : WriteLetter(path, holder, user);
        if (!IsLetterFor(code, holder, user))
        {
            return new Refused(Outcome.PinRefused,
                $"'{path}' is a letter for another holder or card, or its code was used before. Name another file for the new letter.");
        }

        bool isDone = false;
        try
        {
            var done = act(code);
            isDone = done.Refused is null;
            return done;
        }
        finally
        {
            if (!isDone)
            {
                TakeAway(path, code);
            }
        }
    }

    /// <summary>True if a letter with this code was written for this act, and may be used for it again.</summary>
    /// <param name="user">Whose card is set back; null: an account is opened with a new card.</param>
    public bool IsLetterFor(ActivationCode code, string holder, AccountId? user) => _letters.IsFor(code, holder, user);

    /// <summary>True if a card took this code, or may have taken it; its letter has to be kept.</summary>
    public bool KnowsCode(ActivationCode code) => _letters.Knows(code);

    private ActivationCode WriteLetter(string path, string holder, AccountId? user)
    {
        var code = ActivationCode.Random(_suite.Random);
        _letters.Write(code, holder, user);
        _crash.Reach(CrashPoints.LetterBooked);
        try
        {
            ActivationLetter.Write(path, holder, _identity.Scheme.Fingerprint, code);
        }
        catch
        {
            Forget(code);
            throw;
        }

        _crash.Reach(CrashPoints.LetterWritten);
        return code;
    }

    /// <summary>Unless a card may have the code: the letter, and then what the books say of it.</summary>
    private void TakeAway(string path, ActivationCode code)
    {
        try
        {
            if (!KnowsCode(code))
            {
                File.Delete(path);
                _letters.Forget(code);
            }
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException)
        {
            // What went wrong first is what the caller hears (rule R28); the same call goes on with this letter.
        }
    }

    private void Forget(ActivationCode code)
    {
        try
        {
            _letters.Forget(code);
        }
        catch (DbException)
        {
            // As above; a code in no letter opens nothing.
        }
    }

    /// <summary>
    /// Keeps for whom a code is before the card hears of it. A code that the card refused was never anybody's; one whose answer was lost
    /// may be the card's.
    /// </summary>
    private Result<T> WithCode<T>(ActivationCode code, string holder, AccountId? user, Func<T> change)
    {
        var begun = _letters.Begin(code, holder, user);
        if (!begun.Has(out bool isNew))
        {
            return begun.Refused!;
        }

        _crash.Reach(CrashPoints.LetterOffered);
        try
        {
            return change();
        }
        catch (CardRefusedException e) when (isNew && !e.Status.IsSuccess)
        {
            Forget(code);
            throw;
        }
    }
}
