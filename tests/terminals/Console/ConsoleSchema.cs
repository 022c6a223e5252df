using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace HierCash.Tests.Consoles;

/// <summary>
/// What every verb of every console prints with --json, as a JSON Schema. It is made from the types that the verbs print, is kept as
/// docs/json.schema.json, and is held against what the verbs really print by a validator that is not ours (NJsonSchema).
/// </summary>
internal static class ConsoleSchema
{
    private const string Definitions = "#/definitions/";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>All consoles.</summary>
    public static readonly string[] Assemblies =
        ["hiercash-issuer", "hiercash-bank", "hiercash-shop", "hiercash-wallet", "hiercash-auditor", "hiercash-town", "hiercash-card"];

    /// <summary>All verbs that print JSON, such as "hiercash-card apdu run", with what they print.</summary>
    public static IReadOnlyDictionary<string, JsonTypeInfo> Verbs { get; } = Assemblies.SelectMany(a => Of(a, Root(a)))
        .OrderBy(v => v.Name, StringComparer.Ordinal).ToDictionary(v => v.Name, v => v.Shape);

    /// <summary>All verbs, also those that print none.</summary>
    public static IEnumerable<(string Name, Command Verb)> All => Assemblies.SelectMany(a => Leaves(a, Root(a)));

    /// <summary>The page's schema: a definition for each verb, and those that they share.</summary>
    public static string Text { get; } = Make().ToJsonString(Indented) + "\n";

    public static ConsoleRoot Root(string console) => (ConsoleRoot)Assembly.Load(console).EntryPoint!.DeclaringType!
        .GetMethod("Root", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, null)!;

    /// <summary>The verb that a command line calls; null if it prints no JSON.</summary>
    public static string? VerbOf(string console, string[] arguments)
    {
        string name = Path.GetFileName(console);
        string? found = null;
        foreach (string word in arguments.Where(a => !a.StartsWith('-')))
        {
            name += " " + word;
            found = Verbs.ContainsKey(name) ? name : found;
        }

        return found;
    }

    private static IEnumerable<(string Name, Command Verb)> Leaves(string name, Command command) => command.Subcommands.Count == 0
        ? [(name, command)]
        : command.Subcommands.SelectMany(c => Leaves($"{name} {c.Name}", c))
            .Concat(command.Action is null && command is not HierCash.Terminals.Consoles.Verb { Examples.Count: > 0 } ? []
                : new[] { (name, command) });

    private static IEnumerable<(string Name, JsonTypeInfo Shape)> Of(string name, Command command) =>
        Leaves(name, command).SelectMany(l => l.Verb.Options.OfType<JsonOption>().Select(o => (l.Name, o.Shape)));

    private static JsonObject Make()
    {
        var definitions = new JsonObject
        {
            ["money"] = JsonNode.Parse("""
                {"type":"object","properties":{"amount":{"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?$"},
                "currency":{"type":"string","pattern":"^([A-Z]{3}|[0-9]{3})$"}},"required":["amount","currency"],"additionalProperties":false}
                """),
            ["time"] = JsonNode.Parse("""{"type":"string","format":"date-time"}"""),
            ["error"] = Of(ConsoleJson.Default.ErrorJson),
        };
        foreach (var (name, shape) in Verbs)
        {
            var made = Of(shape);
            definitions[name] = WriteOut(made, made);
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "What the consoles of HierCash print with --json",
            ["definitions"] = definitions,
        };
    }

    /// <summary>A type that a value holds twice is described once, by a way from the value's root. Here it stands at both places.</summary>
    private static JsonNode? WriteOut(JsonNode root, JsonNode? node) => node switch
    {
        JsonObject o when o["$ref"]?.GetValue<string>() is { } way && !way.StartsWith(Definitions, StringComparison.Ordinal) =>
            WriteOut(root, way.Split('/')[1..].Aggregate(root, (at, part) => at[part]!)),
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, WriteOut(root, p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(e => WriteOut(root, e))]),
        _ => node?.DeepClone(),
    };

    private static JsonNode Of(JsonTypeInfo shape) => shape.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, node) =>
        {
            var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
            string? shared = type == typeof(Money) ? "money" : type == typeof(JsonTime) ? "time" : null;
            bool mayBeNull = Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null
                || (node is JsonObject { } said && said["type"] is JsonArray kinds && kinds.Any(k => k!.GetValue<string>() == "null"));
            if (shared is not null)
            {
                var reference = new JsonObject { ["$ref"] = Definitions + shared };
                return mayBeNull ? new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, reference) }
                    : reference;
            }

            if (node is JsonObject o && o.ContainsKey("properties"))
            {
                o["additionalProperties"] = false;
            }

            // The serializer would also read numbers from strings; it never writes them so.
            if (node is JsonObject number && number["type"] is JsonArray { } types && types.FirstOrDefault(k =>
                k!.GetValue<string>() is "integer" or "number")?.GetValue<string>() is { } numeric)
            {
                number.Remove("pattern");
                number["type"] = mayBeNull ? new JsonArray(numeric, "null") : numeric;
            }

            return node;
        },
    });
}
