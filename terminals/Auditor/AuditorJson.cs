using System.Text.Json;
using System.Text.Json.Serialization;

namespace HierCash.Auditor;

/// <summary>What this console's verbs print with --json.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(VerifyEvidenceJson))]
internal sealed partial class AuditorJson : JsonSerializerContext;
