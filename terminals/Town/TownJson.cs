namespace HierCash.Town;

/// <summary>What this console's verbs print with --json.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DemoJson))]
[JsonSerializable(typeof(TimesJson))]
internal sealed partial class TownJson : JsonSerializerContext;
