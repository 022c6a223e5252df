using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Terminals.Consoles;

/// <summary>Money in JSON: <c>{"amount":"12.50","currency":"EUR"}</c>. A debt has a minus sign.</summary>
/// <param name="Amount">In the currency's units, with a point and all its decimals.</param>
/// <param name="Currency">Three letters of ISO 4217.</param>
public sealed record Money(string Amount, string Currency)
{
    public static Money Of(Amount amount, Currency currency) => new(amount.Format(currency), currency.Name);

    /// <param name="minor">In minor units; a debt is negative.</param>
    public static Money Of(long minor, Currency currency)
    {
        string shown = new Amount((ulong)Math.Abs(minor)).Format(currency);
        return new Money(minor < 0 ? "-" + shown : shown, currency.Name);
    }
}

/// <summary>A word of the program in JSON: camelCase, like names.</summary>
public static class JsonWord
{
    public static string Of(Enum word) => Of(word.ToString());

    public static string Of(string word) => JsonNamingPolicy.CamelCase.ConvertName(word);

    /// <summary>Several words as one: "instruction not signed" is instructionNotSigned.</summary>
    public static string OfWords(string words) => Of(string.Concat(words.Replace("'", "", StringComparison.Ordinal)
        .Split(' ', '-').Select(w => char.ToUpperInvariant(w[0]) + w[1..])));
}

/// <summary>A moment in JSON: ISO 8601, UTC, to the microsecond.</summary>
[JsonConverter(typeof(JsonTimeConverter))]
public readonly record struct JsonTime(Timestamp Time)
{
    public static implicit operator JsonTime(Timestamp time) => new(time);

    public override string ToString() => Time.ToString();
}

/// <summary>Writes a <see cref="JsonTime"/>; code that the compiler makes for each console has to see it.</summary>
public sealed class JsonTimeConverter : JsonConverter<JsonTime>
{
    public override JsonTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Moment.Read(reader.GetString() ?? "") ?? throw new JsonException("This is no moment.");

    public override void Write(Utf8JsonWriter writer, JsonTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>What any verb prints with --json instead of its value, where it has nothing but a refusal to show.</summary>
public sealed record ErrorJson(ErrorJson.Said Error)
{
    /// <param name="Code">See <see cref="Outcome"/>, in camelCase.</param>
    /// <param name="Sentence">The same sentence as on stderr.</param>
    public sealed record Said(string Code, string Sentence);
}

/// <summary>A list of sentences: what the verbs <c>explain</c> print.</summary>
public sealed record ExplanationJson(IReadOnlyList<string> Sentences);

/// <summary>JSON without reflection: consoles that are compiled to native code have none.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(ExplanationJson))]
public sealed partial class ConsoleJson : JsonSerializerContext;
