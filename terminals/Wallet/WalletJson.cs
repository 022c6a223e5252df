using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Wallet;

/// <summary>What the verbs of hiercash-wallet print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WithdrawJson))]
[JsonSerializable(typeof(ResumeJson))]
[JsonSerializable(typeof(BalanceJson))]
[JsonSerializable(typeof(LogJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(KeepJson))]
[JsonSerializable(typeof(RecoveryJson))]
[JsonSerializable(typeof(RebuttalJson))]
[JsonSerializable(typeof(ReportLostJson))]
[JsonSerializable(typeof(NoticesJson))]
[JsonSerializable(typeof(RebutJson))]
internal sealed partial class WalletJson : JsonSerializerContext;
