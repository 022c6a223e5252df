using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using HierCash.Terminals;

namespace HierCash.Tests.Consoles;

/// <summary>An issuer, two banks and a shop as processes, enrolled by their files, and users with card images.</summary>
internal sealed class NetworkTown : IDisposable
{
    /// <summary>Towns as the consoles made them, by the issuer's options: every other town of the same options begins as a copy.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<string>> Made = new();

    /// <param name="issuer">Further options of the issuer.</param>
    public NetworkTown(params string[] issuer)
        : this(Made.GetOrAdd(string.Join(' ', issuer), _ => new(() => Make(issuer))).Value)
    {
    }

    private NetworkTown(string made)
    {
        Folder = Directory.CreateTempSubdirectory("hiercash-net-").FullName;
        CopyAll(made, Folder);
        Issuer = new ServingProcess(Folder, "hiercash-issuer", "--dir", "issuer", "--cycle", "1");
        foreach (string settings in new[] { "north/bank.json", "south/bank.json", "cafe/shop.json" })
        {
            PointToIssuer(Path.Combine(Folder, settings));
        }

        North = new ServingProcess(Folder, "hiercash-bank", "--dir", "north", "--every", "1");
        South = new ServingProcess(Folder, "hiercash-bank", "--dir", "south", "--every", "1");
    }

    /// <summary>A town of a scheme of its own.</summary>
    public static NetworkTown OfAnotherScheme() => new(Make([]));

    private static string Make(string[] options)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-made-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        MustIn(folder, "hiercash-issuer", ["init", "--dir", "issuer", .. options]);
        using var issuer = new ServingProcess(folder, "hiercash-issuer", "--dir", "issuer", "--cycle", "1");
        foreach (string bank in new[] { "north", "south" })
        {
            Write(folder, $"{bank}.request", MustIn(folder, "hiercash-bank", "init", "--name", bank, "--dir", bank));
            Write(folder, $"{bank}.grant", MustIn(folder, "hiercash-issuer", "enrol", "bank", $"{bank}.request", "--dir", "issuer"));
            MustIn(folder, "hiercash-bank", "join", $"{bank}.grant", "--issuer", issuer.Address, "--dir", bank);
        }

        AddShop(folder, issuer.Address, "Cafe", "cafe");
        Assert.That(issuer.Stop(), Is.Zero);
        return folder;
    }

    private static void CopyAll(string from, string to)
    {
        foreach (string folder in Directory.GetDirectories(from))
        {
            string copy = Path.Combine(to, Path.GetFileName(folder));
            PrivateFile.MakeFolder(copy);
            CopyAll(folder, copy);
        }

        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    /// <summary>The issuer of a copied town listens on a port of its own.</summary>
    private void PointToIssuer(string file)
    {
        var settings = JsonSerializer.Deserialize<EnrolledSettings>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        var address = IPEndPoint.Parse(Issuer.Address);
        PrivateFile.Write(file + ".new", JsonSerializer.SerializeToUtf8Bytes(
            settings with { IssuerPort = address.Port }, JsonSerializerOptions.Web));
        File.Move(file + ".new", file, overwrite: true);
    }

    public string Folder { get; }

    public ServingProcess Issuer { get; }

    public ServingProcess North { get; }

    public ServingProcess South { get; }

    public void OpenAccount(string name, string deposit)
    {
        Must("hiercash-card", "new", $"{name}.card");
        OpenAccount(name, deposit, $"emulator:{name}.card");
    }

    /// <summary>With the card in that reader, which its holder activates: payment PIN 1111, holder PIN 0000.</summary>
    public void OpenAccount(string name, string deposit, string reader)
    {
        Must("hiercash-bank", "open-account", name, "--letter", $"{name}.letter", "--reader", reader, "--dir", "north");
        var activated = ConsoleProcess.Run(Folder, "hiercash-wallet", "1111\n0000\n",
            ["activate", "--letter", $"{name}.letter", "--puk-to", $"{name}.puk", "--reader", reader]);
        Assert.That(activated.Code, Is.Zero, activated.Error);
        Must("hiercash-bank", "deposit", name, deposit, "--dir", "north");
    }

    /// <summary>A shop with its account at the south bank.</summary>
    public void AddShop(string name, string folder) => AddShop(Folder, Issuer.Address, name, folder);

    private static void AddShop(string town, string issuer, string name, string folder)
    {
        Write(town, $"{folder}.request", MustIn(town, "hiercash-shop", "init", "--name", name, "--dir", folder));
        Write(town, $"{folder}.vouched", MustIn(town, "hiercash-bank", "enrol-shop", $"{folder}.request", "--dir", "south"));
        Write(town, $"{folder}.grant", MustIn(town, "hiercash-issuer", "enrol", "shop", $"{folder}.vouched", "--dir", "issuer"));
        MustIn(town, "hiercash-shop", "join", $"{folder}.grant", "--issuer", issuer, "--dir", folder);
    }

    /// <summary>A copy of a party's folder, as somebody with access to the machine makes it.</summary>
    public void Copy(string from, string to)
    {
        PrivateFile.MakeFolder(Path.Combine(Folder, to));
        foreach (string file in Directory.GetFiles(Path.Combine(Folder, from)))
        {
            File.Copy(file, Path.Combine(Folder, to, Path.GetFileName(file)));
        }
    }

    public ConsoleResult Run(string console, params string[] arguments) => ConsoleProcess.Run(Folder, console, arguments);

    /// <summary>Runs a command that has to succeed, and gives what it printed.</summary>
    public string Must(string console, params string[] arguments) => MustIn(Folder, console, arguments);

    private static string MustIn(string folder, string console, params string[] arguments)
    {
        var result = ConsoleProcess.Run(folder, console, arguments);
        Assert.That(result.Code, Is.Zero, $"{console} {string.Join(' ', arguments)}: {result.Error}");
        return result.Output;
    }

    public JsonElement Json(string console, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>(Must(console, [.. arguments, "--json"]));

    public long ShopBalance(string name) => Json("hiercash-bank", "accounts", "--dir", "south").GetProperty("shops").EnumerateArray()
        .Single(s => s.GetProperty("name").GetString() == name).GetProperty("balance").Minor();

    public long ShopBalance() => Json("hiercash-bank", "accounts", "--dir", "south").GetProperty("shops")[0].GetProperty("balance")
        .Minor();

    public void AssertAudits()
    {
        Must("hiercash-issuer", "audit", "--dir", "issuer");
        Must("hiercash-bank", "audit", "--dir", "north");
        Must("hiercash-bank", "audit", "--dir", "south");
    }

    /// <summary>Looks until it is so. Each look starts programs, so there is a pause between two.</summary>
    public static void Eventually(string what, Func<bool> isSo)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(60)), what);
            Task.Delay(300).Wait();
        }
    }

    private static void Write(string folder, string file, string content) => File.WriteAllText(Path.Combine(folder, file), content);

    public void Dispose()
    {
        Issuer.Dispose();
        North.Dispose();
        South.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
