using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace HierCash.Terminals.Consoles;

/// <summary>TO BE DELETED with the last verb that uses it.</summary>
public static class Older
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON value on stdout and nothing else." };

    [RequiresUnreferencedCode("old")]
    [RequiresDynamicCode("old")]
    public static void Print(bool json, object value, string text) =>
        ConsoleEntry.Print(json, json ? JsonSerializer.Serialize(value, JsonSerializerOptions.Web) : text);

    [RequiresUnreferencedCode("old")]
    [RequiresDynamicCode("old")]
    public static void PrintDone(bool json, object value, string text) =>
        ConsoleEntry.SayDone(json, json ? JsonSerializer.Serialize(value, JsonSerializerOptions.Web) : text, text);

    public static void Print<T>(bool json, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string text) =>
        ConsoleEntry.Print(json, json ? JsonSerializer.Serialize(value, type) : text);
}
