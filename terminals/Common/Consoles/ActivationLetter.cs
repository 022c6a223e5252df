using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;

namespace HierCash.Terminals.Consoles;

/// <summary>
/// The bank's letter to the holder of a card: its activation code, and no PIN (rule R12). It is written before the card is changed and kept by nobody but
/// its reader: a card whose answer was lost is gone on with by the same letter.
/// </summary>
public static class ActivationLetter
{
    private const string Label = "Activation code:";

    /// <summary>The code of a letter that is there already, or a new letter with a new code, readable by its owner only.</summary>
    /// <exception cref="RefusedException">The file is there and is no letter.</exception>
    public static ActivationCode WriteOrRead(string path, string holder, Digest scheme, Protocol.Suite.IRandomSource random)
    {
        if (File.Exists(path))
        {
            return Read(path);
        }

        var code = ActivationCode.Random(random);
        using var file = new StreamWriter(PrivateFile.Create(path));
        file.Write($"""
            To {string.Concat(holder.Where(c => !char.IsControl(c)))}.

            {Label} {code.ForLetter()}

            Put the card in and run 'hiercash-wallet activate'. The card shows its PUK once: write it down. Then you choose two PINs. The payment PIN is for
            tills. The holder PIN opens your account and your log: type it at your own terminal only, never at a till.
            Is the card activated already? Then somebody else has had this letter: bring the card back to the bank.
            The scheme's fingerprint is {scheme}. Compare it with the one that the issuer publishes.

            """);
        return code;
    }

    /// <exception cref="RefusedException">It is missing, or no letter, or others can read it.</exception>
    public static ActivationCode Read(string path)
    {
        var code = (File.Exists(path) ? File.ReadLines(path).FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal)) : null) is { } line
            ? ActivationCode.Parse(line[Label.Length..])
            : null;
        return code is null ? throw new RefusedException($"'{path}' is no letter with an activation code. Choose another name, or type the code.")
            : PrivateFile.Fault(path) is { } fault ? throw new RefusedException(fault)
            : code;
    }
}
