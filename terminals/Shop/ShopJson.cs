using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Shop;

/// <summary>What the verbs of hiercash-shop print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PayJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(SettleJson))]
[JsonSerializable(typeof(JournalJson))]
[JsonSerializable(typeof(ExplainJson))]
[JsonSerializable(typeof(GivenBackJson))]
[JsonSerializable(typeof(TicketsJson))]
[JsonSerializable(typeof(TicketsAskJson))]
[JsonSerializable(typeof(RecoverJson))]
[JsonSerializable(typeof(AnswerJson))]
[JsonSerializable(typeof(PolicyJson))]
internal sealed partial class ShopJson : JsonSerializerContext;
