using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Bank;

/// <summary>What the bank's verbs print with --json.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AccountsJson))]
[JsonSerializable(typeof(AlarmsJson))]
[JsonSerializable(typeof(BankAuditJson))]
[JsonSerializable(typeof(BankStatusJson))]
[JsonSerializable(typeof(CirculationJson))]
[JsonSerializable(typeof(DepositJson))]
[JsonSerializable(typeof(EvidenceListJson))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(HeardJson))]
[JsonSerializable(typeof(LostJson))]
[JsonSerializable(typeof(OpenedAccountJson))]
[JsonSerializable(typeof(ParkedListJson))]
[JsonSerializable(typeof(RecoveredJson))]
[JsonSerializable(typeof(ReplacedCardJson))]
[JsonSerializable(typeof(SetBackJson))]
[JsonSerializable(typeof(StatementJson))]
internal sealed partial class BankJson : JsonSerializerContext;
