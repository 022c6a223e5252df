using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Issuer;

/// <summary>What this console's verbs print with --json.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(InitJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(ParkedListJson))]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(BanksJson))]
[JsonSerializable(typeof(CapJson))]
[JsonSerializable(typeof(AlarmsJson))]
[JsonSerializable(typeof(RotateJson))]
[JsonSerializable(typeof(TillsJson))]
[JsonSerializable(typeof(RevokedTillsJson))]
[JsonSerializable(typeof(ClockJson))]
[JsonSerializable(typeof(AcceptedClockJson))]
[JsonSerializable(typeof(RecoverJson))]
internal sealed partial class IssuerJson : JsonSerializerContext;
