namespace HierCash.Terminals.Consoles;

/// <summary>
/// Options whose values are words. The parser of command lines takes any number for such a word, also one behind which nothing stands.
/// </summary>
public static class WordOption
{
    /// <summary>One of a few words, in whatever case. The numbers that stand behind them are no words.</summary>
    /// <param name="otherwise">Where the option is not given.</param>
    public static Option<T> Of<T>(string name, string what, T otherwise) where T : struct, Enum
    {
        string[] words = Enum.GetNames<T>();
        return new Option<T>(name)
        {
            Description = what,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => otherwise,
            CustomParser = result =>
            {
                string text = result.Tokens.Single().Value;
                if (words.FirstOrDefault(w => w.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } word)
                {
                    return Enum.Parse<T>(word);
                }

                result.AddError($"'{text}' is nothing that {name} knows. Give one of {string.Join(", ", words)}.");
                return otherwise;
            },
        };
    }
}
