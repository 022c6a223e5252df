namespace HierCash.Town;

/// <summary>Where cards meet terminals: in this process, or in a reader.</summary>
internal static class PcscOption
{
    private const string VpcdName = "Virtual PCD 00 00";

    public static Option<string?> Option { get; } = new("--pcsc")
    {
        Description = $"Let every card go through pcscd, in vpcd's reader of that name; without a name, {VpcdName}.",
        HelpName = "READER",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <returns>Null where no reader is used.</returns>
    public static string? Read(ParseResult given) => given.GetResult(Option) is null ? null : given.GetValue(Option) ?? VpcdName;
}
