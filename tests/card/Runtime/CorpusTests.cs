using HierCash.Fuzz;
using HierCash.Tests.Link;
using HierCash.Tests.Vectors;
using HierCash.Traces;

namespace HierCash.Tests.Runtime;

/// <summary>
/// The corpus of the fuzz targets: seeds from traces and vectors, and whatever a long run (fuzz.sh) found. After new traces:
/// HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter FullyQualifiedName~CorpusTests, and commit them.
/// </summary>
[Parallelizable]
public sealed class CorpusTests
{
    private static readonly string Corpus = Repository.PathOf("bench", "Fuzz", "Corpus");
    private readonly FuzzTargets _targets = new(Repository.PathOf("apdu-spec", "traces", "fixtures"));

    [OneTimeSetUp]
    public void WriteSeeds()
    {
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            foreach (var (target, name, bytes) in Seeds())
            {
                Directory.CreateDirectory(Path.Combine(Corpus, target));
                File.WriteAllBytes(Path.Combine(Corpus, target, name), bytes);
            }
        }
    }

    [Test]
    public void TheSeedsAreThere()
    {
        foreach (var (target, name, bytes) in Seeds())
        {
            Assert.That(File.ReadAllBytes(Path.Combine(Corpus, target, name)), Is.EqualTo(bytes), $"{target}/{name}");
        }
    }

    /// <summary>Every file, and a thousand mutations of it with bytes that matter.</summary>
    [TestCase("tlv", 300)]
    [TestCase("link", 60)]
    [TestCase("runtime", 60)]
    [TestCase("wallet", 12)]
    public void TheCorpusBreaksNothing(string target, int mutations)
    {
        Assert.That(FuzzTargets.Names, Contains.Item(target));
        var random = new Protocol.Suite.SeededRandom(99);
        byte[] telling = [0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF, 0x90, 0x32];
        int played = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Corpus, target)))
        {
            var bytes = File.ReadAllBytes(file);
            for (int i = 0; i <= mutations; i++, played++)
            {
                Assert.That(() => _targets.Run(target, bytes), Throws.Nothing, $"{file}, mutation {i}: {Convert.ToHexString(bytes)}");
                if (bytes.Length > 0)
                {
                    bytes[random.Next(bytes.Length)] = telling[random.Next(telling.Length)];
                }
            }
        }

        TestContext.Out.WriteLine($"{target}: {played} inputs");
        Assert.That(played, Is.GreaterThan(200));
    }

    [Test]
    public void AnUnknownTargetIsRefused() => Assert.That(() => _targets.Run("nothing", []), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static IEnumerable<(string Target, string Name, byte[] Bytes)> Seeds()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("apdu-spec", "traces"), "*.apdu")
            .Where(f => !f.Contains("conformance-log-full", StringComparison.Ordinal)
            && !f.Contains("conformance-forgotten", StringComparison.Ordinal)))
        {
            yield return ("wallet", Path.GetFileNameWithoutExtension(file),
                FuzzTargets.Seed(TraceReader.Read(file, File.ReadAllText(file))));
        }

        foreach (string name in SpecVectors.Names.Where(n => SpecVectors.Bytes(n) is { Length: > 20 } b && b[0] >= 0xC0))
        {
            yield return ("tlv", name, SpecVectors.Bytes(name));
        }

        foreach (var (message, i) in LinkSamples.All.Select((m, i) => (m, i)))
        {
            yield return ("link", $"{message.Type}-{i}", FuzzTargets.Seed(message));
        }

        const string Select = "00A4040007F048494552465A";
        string[] conversations =
        [
            $"{Select}\n800100000411111111\n8002000008", $"{Select}\n#!tear 3 garbage\n800100000411111111\n{Select}\n8002000008",
            $"{Select}\n8004000004AAAAAAAA\n8002000008\n80030000080102030405060708\n8003000001FF08",
            $"10A4040004F0484945\n00A404000352465A00\n9001000002AAAA\n8001000002BBBB\n80020000\n00C0000008",
            $"{Select}\n#!tear 1\n80010000041111 1111\n{Select}\n#!tear 9 new\n800100000422222222\n{Select}\n80020000000000",
        ];
        for (int i = 0; i < conversations.Length; i++)
        {
            yield return ("runtime", $"conversation-{i}", FuzzTargets.Seed(TraceReader.Read("seed", conversations[i])));
        }
    }
}
