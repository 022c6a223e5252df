using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Consoles;

/// <summary>What the README has people do by hand, and what the consoles then know.</summary>
[Parallelizable]
public sealed partial class ByHandTests
{
    /// <summary>The README's commands, word for word, in a shell. They sleep for as long as a machine takes that does nothing else.</summary>
    [Test, NonParallelizable]
    public void TheReadmesCommandsDoWhatItSays()
    {
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        string script = ByHand().Match(readme).Groups[1].Value;
        Assert.That(script, Does.Contain("hiercash-wallet withdraw"));
        string folder = Directory.CreateTempSubdirectory("hiercash-hand-").FullName;
        try
        {
            var info = new ProcessStartInfo("bash", ["-e"]) { WorkingDirectory = folder, RedirectStandardInput = true,
                RedirectStandardOutput = true, RedirectStandardError = true };
            info.Environment["PATH"] = ConsoleProcess.SearchPath;
            using var shell = Process.Start(info)!;
            var error = shell.StandardError.ReadToEndAsync();
            var output = shell.StandardOutput.ReadToEndAsync();
            shell.StandardInput.Write(script);
            shell.StandardInput.Close();
            Assert.That(shell.WaitForExit(TimeSpan.FromSeconds(90)), "it ends");
            Assert.That(shell.ExitCode, Is.Zero, error.Result);
            Assert.That(output.Result, Does.Contain("shop  Corner Cafe: 12.50 EUR").And.Contain("Balance 37.50 EUR"));
            Assert.That(Regex.Count(output.Result, "All invariants hold."), Is.EqualTo(4));
            Assert.That(output.Result, Does.Contain("12.50 EUR are on the card again.").And.Contain("50.00 EUR are redeemed")
                .And.Contain("Balance 100.00 EUR"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Databases and logs of the processes hold nothing that is not theirs (protocol: Parties).</summary>
    [Test]
    public void TheProcessesKnowOnlyWhatIsTheirs()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice Allister", "100.00");
        town.Must("hiercash-wallet", "withdraw", "50.00", "--reader", "emulator:Alice Allister.card", "--pin", "0000", "--bank",
            town.North.Address);
        var receipt = town.Json("hiercash-shop", "pay", "12.50", "--reader", "emulator:Alice Allister.card", "--dir", "cafe");
        string payment = receipt.GetProperty("payments")[0].GetString()!;
        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        NetworkTown.Eventually("booked", () => town.ShopBalance() == 1250);

        string user = "";
        foreach (string line in town.Must("hiercash-bank", "statement", "Alice Allister", "--dir", "north").Split('\n'))
        {
            user += line;
        }

        Assert.That(user, Does.Contain("withdrawal"));
        Assert.That((town.Issuer.Stop(), town.North.Stop(), town.South.Stop()), Is.EqualTo((0, 0, 0)), "SIGTERM stops cleanly");
        byte[] name = Encoding.UTF8.GetBytes("Alice Allister");
        byte[] paid = Convert.FromHexString(payment);
        Assert.Multiple(() =>
        {
            foreach (string party in new[] { "issuer", "cafe", "south" })
            {
                Assert.That(Stored(town, party).AsSpan().IndexOf(name), Is.EqualTo(-1), $"the name at {party}");
            }

            Assert.That(Stored(town, "north").AsSpan().IndexOf(name), Is.GreaterThan(0), "the scan finds what is there");
            foreach (string party in new[] { "north", "south" })
            {
                Assert.That(Stored(town, party).AsSpan().IndexOf(paid), Is.EqualTo(-1), $"the payment at {party}");
            }

            Assert.That(Stored(town, "issuer").AsSpan().IndexOf(paid), Is.GreaterThan(0));
            string logs = town.Issuer.Log + town.South.Log;
            Assert.That(logs, Does.Not.Contain("Alice"));
            Assert.That(town.North.Log + town.South.Log, Does.Not.Contain(payment));
            foreach (string line in (logs + town.North.Log)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                Assert.That(() => JsonDocument.Parse(line), Throws.Nothing, "structured logs");
            }
        });
    }

    [Test]
    public void TwoProcessesOnOneFolderAreRefused()
    {
        using var town = new NetworkTown();
        var second = town.Run("hiercash-issuer", "serve", "--dir", "issuer", "--listen", "127.0.0.1:0");
        Assert.That((second.Code, second.Error.Contains("Another process serves the issuer", StringComparison.Ordinal)),
            Is.EqualTo((1, true)));
        town.North.Stop();
        var port = town.Run("hiercash-bank", "serve", "--dir", "north", "--listen", town.Issuer.Address);
        Assert.That((port.Code, port.Error), Is.EqualTo((3, $"Cannot listen on {town.Issuer.Address}: another program listens there. Give "
            + $"another address and port with --listen.\n")));
        town.AssertAudits();
    }

    private static byte[] Stored(NetworkTown town, string party) =>
        [.. Directory.EnumerateFiles(Path.Combine(town.Folder, party)).SelectMany(File.ReadAllBytes)];

    [GeneratedRegex(@"<!-- by hand -->\s*```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ByHand();
}
