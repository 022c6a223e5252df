using System.Text.Json;

namespace HierCash.Tests.Vectors;

/// <summary>apdu-spec/vectors/vectors.json, which another implementation computed from the prose.</summary>
internal static class SpecVectors
{
    private static readonly JsonElement File = JsonDocument.Parse(
        System.IO.File.ReadAllText(Repository.PathOf("apdu-spec", "vectors", "vectors.json"))).RootElement;

    public static IReadOnlyList<string> Names { get; } = File.GetProperty("vectors").EnumerateObject().Select(p => p.Name).ToList();

    public static byte[] Seed => Convert.FromHexString(File.GetProperty("seed").GetString()!);

    public static string Hex(string name) => File.GetProperty("vectors").GetProperty(name).GetString()!;

    public static byte[] Bytes(string name) => Convert.FromHexString(Hex(name));

    public static byte[] Secret(string name) => Convert.FromHexString(File.GetProperty("secret").GetProperty(name).GetString()!);

    public static ISigningKey Key(this ICashSuite suite, string name) => suite.ImportKey(Secret(name));
}
