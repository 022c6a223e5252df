using System.Diagnostics;

namespace HierCash.Bench.Ratios;

/// <summary>A card whose AUTHORISE WITHDRAWAL is one signature and little else, and the signature alone.</summary>
internal sealed class SigningCard : IDisposable
{
    private readonly SimulatedTown _town;
    private readonly TownCard _card;
    private readonly WalletCard _wallet;
    private readonly ISigningKey _plain;
    private readonly byte[] _message = new byte[78];
    private readonly byte _slot;
    private readonly Timestamp _date;

    public SigningCard()
    {
        var suite = new BclSuite();
        _town = new SimulatedTown(new TownOptions { Suite = suite });
        _card = _town.NewCard("Alice");
        _town.OpenAccount(_card, new Amount(10_000));
        _wallet = new WalletCard(_card.Card);
        _wallet.Select();
        _wallet.Verify(_card.Pin);
        foreach (var certificate in _town.Scheme.Certificates)
        {
            _wallet.PutCertificate(certificate);
        }

        var key = _town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key.Id;
        _slot = _wallet.BeginWithdrawal(new Amount(100), Currency.Eur, key).Slot;
        _date = Timestamp.Now(_town.Clock);
        _plain = suite.GenerateKey();
    }

    public byte[] Sign() => _wallet.AuthoriseWithdrawal(_slot, _date).Signature;

    public byte[] SignPlain() => _plain.Sign(_message);

    public void Dispose()
    {
        _plain.Dispose();
        _card.Dispose();
        _town.Dispose();
    }
}

/// <summary>hiercash-card, compiled ahead of time into a folder that is gone afterwards, and a card for it.</summary>
internal sealed class NativeCard : IDisposable
{
    private readonly Scratch _folder = new();
    private readonly string _program;
    private readonly string _image;

    public NativeCard()
    {
        string aot = _folder.File("aot");
        Programs.Must(
            "dotnet", "publish", Path.Combine(Programs.Root(), "card", "Emulator"), "-c", "Release", "--nologo", "--disable-build-servers",
            "-v", "quiet", "-p:CppCompilerAndLinker=gcc", "-o", aot);
        _program = Path.Combine(aot, "hiercash-card");
        _image = _folder.File("first.card");
        Programs.Must(_program, "new", _image);
    }

    /// <summary>From the start of the process to the end of its first answer.</summary>
    public void FirstResponse() => Programs.Must(
        _program, "apdu", "send", "00A404000AF048494552434153480100", "--reader", "emulator:" + _image);

    public void Dispose() => _folder.Dispose();
}

/// <summary>A folder that is gone afterwards.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-bench-").FullName;

    public string File(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

internal static class Programs
{
    /// <summary>The checkout.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "HierCash.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The benchmark runs outside a checkout.");
        }

        return folder.FullName;
    }

    /// <summary>Runs a program to its end; its output.</summary>
    public static string Must(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }
}
