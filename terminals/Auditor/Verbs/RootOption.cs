using System.CommandLine;

namespace HierCash.Auditor;

/// <summary>The root key, with which all trust of the auditor begins.</summary>
internal static class RootOption
{
    public static BclSuite Suite { get; } = new();

    public static Option<string> Option { get; } = new("--root")
    {
        Description = "The scheme's root key: 130 hexadecimal digits ('hiercash-issuer status' shows them), or a file with a grant.",
        HelpName = "KEY",
        Required = true,
    };

    public static PublicKey Read(ParseResult call)
    {
        string given = call.GetValue(Option)!;
        if (File.Exists(given))
        {
            return EnrolmentGrant.Decode(Armor.Read(Armor.Grant, given), Suite)?.Scheme.Root
                ?? throw new RefusedException(Outcome.Damaged, $"The grant in '{given}' is damaged.");
        }

        return given.Length == 2 * PublicKey.Size && given.All(char.IsAsciiHexDigit)
            && PublicKey.TryDecode(Convert.FromHexString(given)) is { } key
            ? key : throw new UsageException("--root is a root key of 130 hexadecimal digits, or a file with a grant.");
    }
}
