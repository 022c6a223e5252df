namespace HierCash.Terminals.Consoles;

/// <summary>
/// The bank's letter to the holder of a card: its activation code, and no PIN (rule R12). It is on the disk before the card is changed and
/// kept by nobody but
/// its reader: a card whose answer was lost is gone on with by the same letter. The letter of a refused act is taken away again.
/// </summary>
public static class ActivationLetter
{
    private const string Label = "Activation code:";

    /// <summary>Writes a new letter with that code, readable by its owner only.</summary>
    /// <exception cref="IOException">It is there, or cannot be written.</exception>
    public static void Write(string path, string holder, Digest scheme, ActivationCode code)
    {
        string letter = $"""
            To {string.Concat(holder.Where(c => !char.IsControl(c)))}.

            {Label} {code.ForLetter()}

            Put the card in and run 'hiercash-wallet activate'. The card shows its PUK once: write it down. Then you choose two PINs. The payment PIN is for
            tills. The holder PIN opens your account and your log: type it at your own terminal only, never at a till.
            Is the card activated already? Then somebody else has had this letter: bring the card back to the bank.
            The scheme's fingerprint is {scheme}. Compare it with the one that the issuer publishes.

            """;
        PrivateFile.WriteOnce(path, Encoding.UTF8.GetBytes(letter));
    }

    /// <exception cref="RefusedException">It is missing, or no letter, or others can read it.</exception>
    public static ActivationCode Read(string path)
    {
        if (FileFault.Missing(path) is { } missing)
        {
            // A code that is typed where its letter belongs is not said again.
            throw MistypedLine.IsLikeSecret(path)
                ? new RefusedException(Outcome.NotFound,
                    $"There is no letter of the name of {path.Length} characters that was given. It could be a code, and is not said "
                        + $"again. Name the letter's file; to type the code, leave --letter out.")
                : new RefusedException(Outcome.NotFound, $"{missing} --letter wants the bank's letter; without it the code is asked for.");
        }

        var code = GivenFile.ReadText(path).Split('\n', StringSplitOptions.TrimEntries)
            .FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal)) is { } line
            ? ActivationCode.Parse(line[Label.Length..])
            : null;
        return code is null ? throw new RefusedException(Outcome.Damaged,
            $"'{path}' is no letter with an activation code. Choose another name, or type the code.")
            : PrivateFile.Fault(path) is { } fault ? throw new RefusedException(Outcome.NotPrivate, fault)
            : code;
    }
}
