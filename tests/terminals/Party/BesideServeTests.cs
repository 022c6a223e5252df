using System.Text.Json.Nodes;
using HierCash.Issuer;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Consoles;

/// <summary>
/// What a command does to the issuer's database, its 'serve' knows at once (R17): enrol, rotate and revoke beside a process that serves.
/// </summary>
[Parallelizable]
public sealed class BesideServeTests
{
    private const string Pin = "0000";

    /// <summary>
    /// Real processes: keys are rotated, a till is revoked, another one enrolled and brings the queue, a bank's key is changed; nothing is
    /// started again but that bank.
    /// </summary>
    [Test, Rule(17), Rule(18)]
    public void AServeThatRunsKnowsWhatCommandsDo()
    {
        using var town = new NetworkTown();
        string[] withdraw = ["withdraw", "20.00", "--reader", "emulator:Alice.card", "--pin", Pin, "--bank", town.North.Address];
        town.OpenAccount("Alice", "100.00");
        town.Must("hiercash-wallet", withdraw);
        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        foreach (string key in new[] { "statement", "coin", "encryption" })
        {
            town.Must("hiercash-issuer", "rotate", key, "--dir", "issuer");
        }

        // A statement by the new key, which the till fetched from the process that had been running before it was made; then a connection
        // to it under that key.
        town.Must("hiercash-shop", "pay", "5.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        Assert.That(town.Must("hiercash-shop", "settle", "--dir", "cafe"), Does.StartWith("0 payments settled"));

        // A further till, by the first one's signature.
        string second = town.Must("hiercash-shop", "init", "--name", "Cafe, at the door", "--dir", "second");
        File.WriteAllText(Path.Combine(town.Folder, "second.request"), second);
        File.WriteAllText(Path.Combine(town.Folder, "second.vouched"),
            town.Must("hiercash-shop", "enrol-till", "second.request", "--dir", "cafe"));
        File.WriteAllText(Path.Combine(town.Folder, "second.grant"),
            town.Must("hiercash-issuer", "enrol", "shop", "second.vouched", "--dir", "issuer"));
        string account = town.Json("hiercash-bank", "accounts", "--dir", "south").GetProperty("shops")[0].GetProperty("account")
            .GetString()!;
        Assert.That(
            town.Must("hiercash-shop", "join", "second.grant", "--issuer", town.Issuer.Address, "--dir", "second"),
            Does.Contain($"It is 'Cafe', and its money goes to account {account} at bank 2"));

        // The first till is revoked with a payment in its queue.
        town.Must("hiercash-shop", "pay", "4.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        string w = town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("till").GetString()!;
        PutAway(town, "cafe", "drawer");
        town.Must("hiercash-issuer", "revoke", "till", w, "--since", "2026-01-01T00:00Z", "--dir", "issuer");
        var refused = town.Run("hiercash-shop", "settle", "--dir", "cafe");
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("revoked"));
        var told = town.Json("hiercash-shop", "status", "--dir", "cafe");
        Assert.That(told.GetProperty("takesNone").GetString(),
            Does.Contain($"its key was revoked on {told.GetProperty("revoked").GetString()}"));
        Assert.That(town.Must("hiercash-shop", "status", "--dir", "cafe"),
            Does.Contain("Queued 4.00 EUR: another till of the shop brings it.").And.Contain("This till takes no payment any more"));
        var sold = town.Run("hiercash-shop", "pay", "1.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        Assert.That((sold.Code, sold.Output, sold.Error.StartsWith("This till takes no payment any more", StringComparison.Ordinal)),
            Is.EqualTo((1, "", true)), sold.Error);
        Assert.That(town.Run("hiercash-shop", "settle", "--dir", "second").Error, Does.Contain("revoked"),
            "it was enrolled since the theft");

        // Told so, it signs for no other till; and a second revocation says what is.
        var vouched = town.Run("hiercash-shop", "enrol-till", "second.request", "--dir", "cafe");
        Assert.That((vouched.Code, vouched.Output, vouched.Error.StartsWith("This till's key was revoked on ", StringComparison.Ordinal)),
            Is.EqualTo((1, "", true)), vouched.Error);
        var again = town.Run("hiercash-issuer", "revoke", "till", w, "--dir", "issuer");
        Assert.That((again.Code, again.Error.StartsWith($"This till's key was revoked on {told.GetProperty("revoked").GetString()} "
            + $"already.", StringComparison.Ordinal)), Is.EqualTo((1, true)), again.Error);
        var tills = town.Json("hiercash-issuer", "tills", "--dir", "issuer");
        Assert.That(
            tills.GetProperty("tills").EnumerateArray().Select(t => (
                t.GetProperty("enrolledBy").GetString() == w, t.GetProperty("revoked").GetString() is not null)),
                Is.EqualTo(new[] { (true, true), (false, true) }));
        town.AddShop("Cafe", "namesake");
        Assert.That(town.Run("hiercash-shop", "settle", "--for", "cafe", "--dir", "namesake").Error,
            Does.Contain("A till stands in only for one of its own shop"));
        Assert.That(town.Run("hiercash-bank", "statement", "Cafe", "--shop", "--dir", "south").Error,
            Does.Contain("There are 2 shop accounts 'Cafe'"));
        File.WriteAllText(Path.Combine(town.Folder, "third.request"),
            town.Must("hiercash-shop", "init", "--name", "Cafe", "--dir", "third"));
        File.WriteAllText(Path.Combine(town.Folder, "third.vouched"),
            town.Must("hiercash-bank", "enrol-shop", "third.request", "--account", account[..8], "--dir", "south"));
        File.WriteAllText(Path.Combine(town.Folder, "third.grant"),
            town.Must("hiercash-issuer", "enrol", "shop", "third.vouched", "--dir", "issuer"));
        town.Must("hiercash-shop", "join", "third.grant", "--issuer", town.Issuer.Address, "--dir", "third");
        Assert.That(town.Must("hiercash-shop", "settle", "--for", "drawer", "--dir", "third"), Does.StartWith("1 payment settled"),
            "it was told nothing, and knows no address that is good");
        Assert.That(town.Must("hiercash-shop", "settle", "--for", "cafe", "--dir", "third"), Does.StartWith("0 payments settled"),
            "it was shown that the drawer's copy had it settled");
        Assert.That(town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("queued").Minor(), Is.Zero);

        // North's key: announced and used; then revoked, and another one enrolled by its number.
        Rejoin(town, "new-key");
        town.Must("hiercash-wallet", withdraw);
        town.Must("hiercash-issuer", "revoke", "bank", "1", "--dir", "issuer");
        Assert.That(town.Run("hiercash-wallet", withdraw).Output + town.Run("hiercash-wallet", withdraw).Error, Is.Not.Empty);
        Assert.That(town.North.Log, Does.Not.Contain("Unhandled"));
        Rejoin(town, "new-key", "--bank", "1");
        var old = town.Run("hiercash-bank", "join", "north.grant", "--issuer", town.Issuer.Address, "--dir", "north");
        Assert.That((old.Code, old.Error.Contains("Another process serves the bank", StringComparison.Ordinal)), Is.EqualTo((1, true)),
            old.Error);
        town.North.Kill();
        old = town.Run("hiercash-bank", "join", "north.grant", "--issuer", town.Issuer.Address, "--dir", "north");
        Assert.That((old.Code, old.Error.Contains("The grant in 'north.grant' is for a former key", StringComparison.Ordinal)),
            Is.EqualTo((1, true)), old.Error);
        town.North.Start();
        town.Must("hiercash-wallet", "resume", "--reader", "emulator:Alice.card", "--pin", Pin, "--bank", town.North.Address);
        town.AssertAudits();
    }

    /// <summary>Two that have the same file: one serves, the other is a command.</summary>
    [Test, Rule(17)]
    public async Task TwoPartiesOnOneFileAgree()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("hiercash-two-").FullName, "issuer.db");
        try
        {
            var suite = new BclSuite();
            using var one = Database.OpenOrCreateFile(file, IssuerParty.Schema);
            using var two = Database.OpenFile(file, IssuerParty.Schema);
            using var ofTill = Database.OpenMemory(ShopTill.Schema);
            IssuerParty Open(Database store) => new(
                new PartyId(1), store, suite, new SchemeParameters(), TimeProvider.System, NullLogger.Instance, NoCrashPoints.Instance);
            var serve = Open(one);
            var command = Open(two);
            using var bankKey = suite.GenerateKey();
            var bank = command.Enrol(EnrolmentRequest.Sign(bankKey, EnrolmentRole.Bank, "North"), new Amount(1000)).OrRefuse();
            var peer = new LinkPeer(LinkRole.Bank, bank.Holder, bankKey.PublicKey);
            var link = new InProcessLink(peer, "bank", "issuer", () => serve, () => Timestamp.Now(TimeProvider.System));
            var request = new CertificatesMessage().ToMessage();
            int before = (await link.Call(request, default)).As<CertificatesReply>()!.Certificates.Count;

            var rotated = command.Rotate(KeyUsage.IssuerStatement).OrRefuse();
            var told = (await link.Call(request, default)).As<CertificatesReply>()!.Certificates;
            Assert.That((told.Count, told.Any(c => c.Key.Equals(rotated.Key))), Is.EqualTo((before + 1, true)));
            Assert.That(serve.LinkCertificate().PublicKey.EncodedKeyValue.RawData, Is.EqualTo(rotated.Key.Bytes.ToArray()),
                "and its next connections are under the new one");
            Assert.That(serve.Rotate(KeyUsage.IssuerStatement)
                .OrRefuse().Key, Is.Not.EqualTo(rotated.Key), "neither makes the other's again");
            var other = new InProcessLink(peer, "bank", "issuer", () => command, () => Timestamp.Now(TimeProvider.System));
            Assert.That((await other.Call(request, default)).As<CertificatesReply>()!.Certificates, Has.Count.EqualTo(before + 2));

            command.Revoke(bank.Holder).ThrowIfAny();
            Assert.That(Refusal.Read(await link.Call(request, default))?.Text, Does.Contain("revoked"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    /// <summary>A copy of a till's folder that names an address at which nobody is.</summary>
    private static void PutAway(NetworkTown town, string till, string drawer)
    {
        string folder = Directory.CreateDirectory(Path.Combine(town.Folder, drawer)).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(town.Folder, till)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "shop.json")))!;
        settings["IssuerPort"] = 1;
        File.WriteAllText(Path.Combine(folder, "shop.json"), settings.ToJsonString());
    }

    /// <summary>The bank's new key by way of the issuer, as people carry it; the bank alone is stopped for it, and started again.</summary>
    private static void Rejoin(NetworkTown town, string command, params string[] enrol)
    {
        File.WriteAllText(Path.Combine(town.Folder, "next.request"), town.Must("hiercash-bank", command, "--dir", "north"));
        File.WriteAllText(Path.Combine(town.Folder, "next.grant"),
            town.Must("hiercash-issuer", ["enrol", "bank", "next.request", .. enrol, "--dir", "issuer"]));
        town.North.Kill();
        town.Must("hiercash-bank", "join", "next.grant", "--issuer", town.Issuer.Address, "--dir", "north");
        town.North.Start();
    }
}
