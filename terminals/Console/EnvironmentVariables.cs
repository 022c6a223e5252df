namespace HierCash.Terminals.Consoles;

/// <summary>
/// What the environment says in the place of options (docs/operating.md). Who reads that something is wrong with a folder or an address
/// that nobody typed is told where it comes from.
/// </summary>
internal static class EnvironmentVariables
{
    private static readonly Dictionary<string, string> Of = new()
    {
        ["--dir"] = "HIERCASH_DIR", ["--reader"] = "HIERCASH_READER", ["--bank"] = "HIERCASH_BANK", ["--issuer"] = "HIERCASH_ISSUER",
    };

    /// <summary>A further sentence for what is refused about a value that such a variable says; nothing where none does.</summary>
    public static string Named(ParseResult given, Refused refused) => string.Concat(given.CommandResult.Command.Options
        .Where(o => Of.ContainsKey(o.Name) && given.GetResult(o) is not { Implicit: false })
        .Select(o => (Option: o.Name, Variable: Of[o.Name], Value: CommonOptions.Variable(Of[o.Name])))
        .Where(o => o.Value is not null && IsAbout(refused.Sentence, o.Value))
        .Select(o => $" {o.Variable} says '{PlainText.Escape(o.Value!)}', and {o.Option} was not given."));

    /// <summary>Sentences show a folder in quotes, also before the name of a file in it; a card image without the word before it.</summary>
    private static bool IsAbout(string sentence, string value)
    {
        const string Image = "emulator:";
        string shown = value.StartsWith(Image, StringComparison.OrdinalIgnoreCase) ? value[Image.Length..] : value;
        return sentence.Contains($"'{shown}'", StringComparison.Ordinal) || sentence.Contains($"'{shown}/", StringComparison.Ordinal)
            || sentence.Contains($" {value}:", StringComparison.Ordinal)
            || (value.Contains(':', StringComparison.Ordinal) && sentence.Contains(value, StringComparison.Ordinal));
    }
}
