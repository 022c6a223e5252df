using System.Text.Json;
using HierCash.Protocol;

namespace HierCash.Tests.Consoles;

/// <summary>An issuer, two banks and a shop as processes, enrolled by their files, and users with card images.</summary>
internal sealed class NetworkTown : IDisposable
{
    /// <param name="issuer">Further options of the issuer.</param>
    public NetworkTown(params string[] issuer)
    {
        Folder = Directory.CreateTempSubdirectory("hiercash-net-").FullName;
        Must("hiercash-issuer", ["init", "--dir", "issuer", .. issuer]);
        Issuer = new ServingProcess(Folder, "hiercash-issuer", "--dir", "issuer", "--cycle", "1");
        foreach (string bank in new[] { "north", "south" })
        {
            Write($"{bank}.request", Must("hiercash-bank", "init", "--name", bank, "--dir", bank));
            Write($"{bank}.grant", Must("hiercash-issuer", "enrol", "bank", $"{bank}.request", "--dir", "issuer"));
            Must("hiercash-bank", "join", $"{bank}.grant", "--issuer", Issuer.Address, "--dir", bank);
        }

        AddShop("Cafe", "cafe");
        North = new ServingProcess(Folder, "hiercash-bank", "--dir", "north", "--every", "1");
        South = new ServingProcess(Folder, "hiercash-bank", "--dir", "south", "--every", "1");
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
        var activated = ConsoleProcess.Run(Folder, "hiercash-wallet", "1111\n0000\n", ["activate", "--letter", $"{name}.letter", "--puk-to", $"{name}.puk", "--reader", reader]);
        Assert.That(activated.Code, Is.Zero, activated.Error);
        Must("hiercash-bank", "deposit", name, deposit, "--dir", "north");
    }

    /// <summary>A shop with its account at the south bank.</summary>
    public void AddShop(string name, string folder)
    {
        Write($"{folder}.request", Must("hiercash-shop", "init", "--name", name, "--dir", folder));
        Write($"{folder}.vouched", Must("hiercash-bank", "enrol-shop", $"{folder}.request", "--dir", "south"));
        Write($"{folder}.grant", Must("hiercash-issuer", "enrol", "shop", $"{folder}.vouched", "--dir", "issuer"));
        Must("hiercash-shop", "join", $"{folder}.grant", "--issuer", Issuer.Address, "--dir", folder);
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
    public string Must(string console, params string[] arguments)
    {
        var result = Run(console, arguments);
        Assert.That(result.Code, Is.Zero, $"{console} {string.Join(' ', arguments)}: {result.Error}");
        return result.Output;
    }

    public JsonElement Json(string console, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>(Must(console, [.. arguments, "--json"]));

    public long ShopBalance(string name) => Json("hiercash-bank", "accounts", "--dir", "south").GetProperty("shops").EnumerateArray()
        .Single(s => s.GetProperty("name").GetString() == name).GetProperty("balance").GetInt64();

    public long ShopBalance() => Json("hiercash-bank", "accounts", "--dir", "south").GetProperty("shops")[0].GetProperty("balance").GetInt64();

    public void AssertAudits()
    {
        Must("hiercash-issuer", "audit", "--dir", "issuer");
        Must("hiercash-bank", "audit", "--dir", "north");
        Must("hiercash-bank", "audit", "--dir", "south");
    }

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(Folder, file), content);

    public void Dispose()
    {
        Issuer.Dispose();
        North.Dispose();
        South.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
