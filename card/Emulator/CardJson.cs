using System.Text.Json;
using System.Text.Json.Serialization;
using HierCash.Card.Runtime;
using HierCash.Traces;

namespace HierCash.Card.Emulator;

/// <summary>What <c>info --json</c> prints.</summary>
internal sealed record CardInfo(string State, int Version, int PinTries, int HolderTries, int PukTries, string Atr);

/// <summary>A command and its answer, in bytes and in words.</summary>
internal sealed record ApduExchange(string Command, string Name, string Response, string Meaning);

/// <summary>JSON without reflection, which native code does not have.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CardInfo))]
[JsonSerializable(typeof(List<ApduExchange>))]
[JsonSerializable(typeof(List<TraceResult>))]
[JsonSerializable(typeof(MemoryReport))]
[JsonSerializable(typeof(List<ProfiledFlow>))]
internal sealed partial class CardJson : JsonSerializerContext;
