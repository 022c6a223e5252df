using System.Diagnostics;

#if HIERCASH_CARD_RUNTIME
namespace HierCash.Card.Runtime;
#else
namespace HierCash;
#endif

/// <summary>
/// Takes one protection out, so that a test can show that it is missed. Only the build with <c>-p:Switches=true</c> (constant
/// HIERCASH_SWITCHES) compiles the calls: everywhere else they vanish together with their arguments, names included, and these methods are
/// empty. A name is a literal at the place of the protection; eng/switches.json lists all of them, and the tests concerned. The environment
/// variable HIERCASH_SWITCH names the switches that are thrown, separated by commas; <c>Throw</c> does so for the calling flow of control.
/// What is taken out by several switches has names that begin alike: "R8" throws "R8 parks" and all others of R8.
/// </summary>
static partial class Switches
{
    private const string Constant = "HIERCASH_SWITCHES";

    /// <summary>A check that passes what should be stopped: <paramref name="protection"/> becomes false.</summary>
    [Conditional(Constant)]
    public static void Off(string name, ref bool protection) => Replace(name, ref protection, false);

    /// <summary>The same for a check that is written the other way round: <paramref name="passes"/> becomes true.</summary>
    [Conditional(Constant)]
    public static void On(string name, ref bool passes) => Replace(name, ref passes, true);

    /// <summary>A value that would be another one without the protection.</summary>
    [Conditional(Constant)]
    public static void Replace<T>(string name, ref T value, T without)
        where T : allows ref struct
    {
#if HIERCASH_SWITCHES
        if (Started.Concat(Thrown.Value ?? []).Any(s => name == s || name.StartsWith(s + ' ', StringComparison.Ordinal)))
        {
            value = without;
        }
#endif
    }

#if HIERCASH_SWITCHES
    private static readonly string[] Started = Names(Environment.GetEnvironmentVariable("HIERCASH_SWITCH") ?? "");
    private static readonly AsyncLocal<string[]?> Thrown = Shared();

    /// <summary>Several assemblies hold this class, and a switch is thrown for all of them.</summary>
    private static AsyncLocal<string[]?> Shared()
    {
        lock (AppDomain.CurrentDomain)
        {
            var shared = AppDomain.CurrentDomain.GetData(Constant) as AsyncLocal<string[]?> ?? new();
            AppDomain.CurrentDomain.SetData(Constant, shared);
            return shared;
        }
    }


    /// <summary>
    /// Throws switches, separated by commas, for what the caller does from here on, its tasks and threads included. Null puts them back.
    /// </summary>
    public static void Throw(string? names) => Thrown.Value = names is null ? null : Names(names);

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
#endif
}
