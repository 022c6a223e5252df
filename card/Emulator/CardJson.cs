using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Card.Emulator;

/// <summary>JSON without reflection, which native code does not have.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(InfoJson))]
[JsonSerializable(typeof(ReadersJson))]
[JsonSerializable(typeof(ExchangesJson))]
[JsonSerializable(typeof(TracesJson))]
[JsonSerializable(typeof(LintJson))]
[JsonSerializable(typeof(MemoryReport))]
[JsonSerializable(typeof(ProfileJson))]
internal sealed partial class CardJson : JsonSerializerContext;
