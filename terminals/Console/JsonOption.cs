using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HierCash.Terminals.Consoles;

/// <summary>The option <c>--json</c> of a verb, which knows what the verb prints: docs/json.schema.json is made from it.</summary>
public abstract class JsonOption : Option<bool>
{
    protected JsonOption()
        : base("--json") => Description = "Print one JSON value on stdout and nothing else.";

    /// <summary>The description of the value that the verb prints.</summary>
    public abstract JsonTypeInfo Shape { get; }

    /// <summary>True if a command line says --json, of its verb or of one above it: 'clock --json accept'.</summary>
    internal static bool IsSaid(ParseResult given)
    {
        for (SymbolResult? at = given.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var command } && command.Options.OfType<JsonOption>().Any(
                o => given.GetResult(o) is { Implicit: false, Tokens: var said } && !said.Any(t => t.Value == "false")))
            {
                return true;
            }
        }

        return false;
    }
}

/// <inheritdoc cref="JsonOption"/>
/// <typeparam name="T">What the verb prints.</typeparam>
public sealed class JsonOption<T>(JsonTypeInfo<T> shape) : JsonOption
{
    public override JsonTypeInfo Shape => shape;

    /// <summary>Prints the JSON value, or what people read.</summary>
    public void Print(ParseResult given, T value, string text) => ConsoleEntry.Print(IsOn(given), Line(given, value, text));

    /// <summary>
    /// The same for a verb that has done already what was asked. What is done is done: where nobody can be told on standard output, that is
    /// said on standard error, and the exit code stays that of the act. A code that says "refused" would have a payment asked for twice.
    /// </summary>
    public void PrintDone(ParseResult given, T value, string text) => ConsoleEntry.SayDone(IsOn(given), Line(given, value, text), text);

    public bool IsOn(ParseResult given) => IsSaid(given);

    private string Line(ParseResult given, T value, string text) => IsOn(given) ? JsonSerializer.Serialize(value, shape) : text;
}
