using System.Collections.Concurrent;
using System.Text.Json;
using NJsonSchema;

namespace HierCash.Tests.Consoles;

/// <summary>Holds what consoles print against the page's schema: every call of a console in these tests comes through here.</summary>
internal static class JsonShapes
{
    private static readonly ConcurrentDictionary<string, JsonSchema> Known = new();

    /// <summary>Throws where a call with --json printed anything but one value of its verb's shape, or one error.</summary>
    public static void Check(string console, string[] arguments, ConsoleResult result)
    {
        if (!arguments.Contains("--json") || arguments.Contains("--help") || ConsoleSchema.VerbOf(console, arguments) is not { } verb)
        {
            return;
        }

        string call = $"{Path.GetFileName(console)} {string.Join(' ', arguments)}";
        JsonElement value;
        try
        {
            value = JsonSerializer.Deserialize<JsonElement>(result.Output);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{call}' did not print one JSON value ({result.Code}): {result.Output}{result.Error}", e);
        }

        bool isError = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("error", out _);
        var faults = Validate(isError ? "error" : verb, result.Output);
        if (faults.Count > 0 || (isError && result.Code == 0))
        {
            throw new InvalidDataException($"'{call}' ({result.Code}) is not as docs/json.md has it: {string.Join("; ", faults)}: {result.Output}");
        }

        if (isError)
        {
            var error = value.GetProperty("error");
            var outcome = Enum.GetValues<Outcome>().Single(o => o.Code() == error.GetProperty("code").GetString());
            string sentence = error.GetProperty("sentence").GetString()!;
            if (outcome.ExitCode() != result.Code || !(result.Error + result.Waited).Contains(sentence, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"'{call}' says {outcome} and '{sentence}' in JSON, and ended with {result.Code}: {result.Error}");
            }
        }
    }

    /// <summary>What is wrong with a value; nothing if it has the shape of the definition.</summary>
    public static IReadOnlyList<string> Validate(string definition, string json) =>
        [.. Known.GetOrAdd(definition, Load).Validate(json).Select(e => $"{e.Path}: {e.Kind}")];

    private static JsonSchema Load(string definition)
    {
        var page = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Repository.PathOf("docs", "json.schema.json")))!.AsObject();

        // Not the root itself: what is a way for the root is none for the definitions that name the same.
        page["allOf"] = new System.Text.Json.Nodes.JsonArray(
            new System.Text.Json.Nodes.JsonObject { ["$ref"] = $"#/definitions/{definition}" });
        return JsonSchema.FromJsonAsync(page.ToJsonString()).GetAwaiter().GetResult();
    }
}
