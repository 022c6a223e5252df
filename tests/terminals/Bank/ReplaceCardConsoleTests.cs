using System.Text.Json;
using HierCash.Card.Readers;

namespace HierCash.Tests.Consoles;

/// <summary>
/// Eve's card is lost while a withdrawal waits on it, by the real programs: each sentence names the command that goes on, to her money on a
/// new card.
/// </summary>
[Parallelizable]
public sealed class ReplaceCardConsoleTests
{
    private NetworkTown _town = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = new NetworkTown();
        _town.OpenAccount("Eve", "50.00");
        _town.Must("hiercash-card", "new", "new.card");
    }

    [TearDown]
    public void EndTown() => _town.Dispose();

    [Test, Hole(10)]
    public void EachSentenceLeadsOn()
    {
        _town.Must("hiercash-wallet", "lost-report", "eve.lost", "--reader", "emulator:Eve.card", "--pin", "0000");
        BeginOnCard();
        _town.Must("hiercash-bank", "lost", "eve.lost", "--dir", "north");

        var resumed = Wallet("Eve", "resume", "--all");
        Assert.That((resumed.Code, resumed.Output.Contains("'hiercash-bank replace-card NAME'", StringComparison.Ordinal)),
            Is.EqualTo((1, true)), resumed.Output + resumed.Error);
        Assert.That(_town.Json("hiercash-wallet", "balance", "--reader", "emulator:Eve.card", "--pin", "0000").GetProperty("pending")
            .GetInt32(), Is.Zero);
        var again = Wallet("Eve", "resume");
        Assert.That((again.Code, again.Output), Is.EqualTo((0, "No withdrawal is unfinished.\n")));

        string[] counter = ["Eve", "--letter", "new.letter", "--reader", "emulator:new.card", "--dir", "north"];
        Assert.That(_town.Run("hiercash-bank", ["open-account", .. counter]).Error,
            Does.Contain("'hiercash-bank replace-card Eve' gives it this card."));
        Assert.That(_town.Must("hiercash-bank", ["replace-card", .. counter]), Does.StartWith("Eve has 50.00 EUR with the new card"));
        Assert.That(_town.Must("hiercash-bank", ["replace-card", .. counter]), Does.StartWith("Eve has 50.00 EUR with the new card"),
            "its answer was lost, and the same call goes on");
        var activated = ConsoleProcess.Run(_town.Folder, "hiercash-wallet", "1111\n0000\n",
            ["activate", "--letter", "new.letter", "--puk-to", "new.puk", "--reader", "emulator:new.card"]);
        Assert.That(activated.Code, Is.Zero, activated.Error);
        PrivateFile.MakeFolder(Path.Combine(_town.Folder, "records"));
        var withdrawn = Wallet("new", "withdraw", "5.00", "--dir", "records");
        Assert.That(withdrawn.Code, Is.Zero, withdrawn.Error);
        Assert.That(_town.Must("hiercash-bank", "accounts", "--dir", "north"),
            Does.Contain("user  Eve: 45.00 EUR").And.Match("user  Eve until [0-9-]{10} [0-9a-f]{8}: 0.00 EUR"));
        _town.AssertAudits();

        // The bank serves, and its database is named by a link: its log lies beside the database.
        File.CreateSymbolicLink(Path.Combine(_town.Folder, "linked.db"), Path.Combine("north", "bank.db"));
        _town.Must(
            "hiercash-auditor", "audit", "--issuer", "issuer/issuer.db", "--bank", "linked.db", "--bank", "south/bank.db", "--root",
            "north.grant");
    }

    /// <summary>
    /// Nothing of a visit goes on under a key that was revoked: 'status' and 'alarms' say so, until the bank has another one.
    /// </summary>
    [Test, Rule(17)]
    public void ABankWhoseKeyIsRevokedSaysSo()
    {
        Assert.That(_town.Must("hiercash-bank", "status", "--dir", "north"), Does.Contain("No alarms."));
        string key = Banks()[0].GetProperty("key").GetString()!;
        _town.Must("hiercash-issuer", "revoke", "bank", "1", "--dir", "issuer");
        Assert.That(_town.Must("hiercash-issuer", "banks", "--dir", "issuer"),
            Does.Contain($"It has no key that is good; revoked: {key}."));
        NetworkTown.Eventually("said", () =>
            _town.Must("hiercash-bank", "status", "--dir", "north")
                .Contains("THE ISSUER DOES NOT ANSWER THIS BANK since 2", StringComparison.Ordinal));
        Assert.That(
            _town.Must("hiercash-bank", "alarms", "--dir", "north"),
            Does.Contain("not answered by the issuer. This bank's key was revoked. Make a new one with 'hiercash-bank new-key'"));
        Assert.That(_town.Json("hiercash-bank", "status", "--dir", "north").GetProperty("alarms").GetInt32(), Is.EqualTo(1));
        Assert.That(_town.Must("hiercash-bank", "status", "--dir", "south"), Does.Contain("No alarms."), "the other bank is answered");

        File.WriteAllText(Path.Combine(_town.Folder, "next.request"), _town.Must("hiercash-bank", "new-key", "--dir", "north"));
        File.WriteAllText(Path.Combine(_town.Folder, "next.grant"),
            _town.Must("hiercash-issuer", "enrol", "bank", "next.request", "--bank", "1", "--dir", "issuer"));
        _town.North.Stop();
        _town.Must("hiercash-bank", "join", "next.grant", "--issuer", _town.Issuer.Address, "--dir", "north");
        _town.North.Start();
        NetworkTown.Eventually("said", () =>
            _town.Must("hiercash-bank", "status", "--dir", "north").Contains("No alarms.", StringComparison.Ordinal));

        // Who judges a file that was signed before hears which keys stamp for nobody (verify-evidence --bank-revoked).
        Assert.That(Banks()[0].GetProperty("key").GetString(), Is.Not.EqualTo(key));
        Assert.That(Banks()[0].GetProperty("revokedKeys").EnumerateArray().Select(k => k.GetString()), Is.EqualTo(new[] { key }));
        Assert.That(Banks()[1].GetProperty("revokedKeys").GetArrayLength(), Is.Zero);
    }

    private JsonElement Banks() => _town.Json("hiercash-issuer", "banks", "--dir", "issuer").GetProperty("banks");

    /// <summary>Two schemes on one machine have a bank 1 each: whose books these are is one finding, and not one for each row.</summary>
    [Test, Rule(23)]
    public void TheBooksOfABankOfAnotherSchemeAreOneFinding()
    {
        using var other = NetworkTown.OfAnotherScheme();
        other.OpenAccount("Zoe", "20.00");
        other.Must("hiercash-wallet", "withdraw", "5.00", "--reader", "emulator:Zoe.card", "--pin", "0000", "--bank", other.North.Address);
        var audit = _town.Run(
            "hiercash-auditor", "audit", "--issuer", "issuer/issuer.db", "--bank", "north/bank.db", "--bank",
            Path.Combine(other.Folder, "north", "bank.db"), "--root", "north.grant");
        Assert.That(audit.Code, Is.EqualTo(1), audit.Error);
        string theirs = Path.Combine(other.Folder, "north", "bank.db");
        Assert.That(audit.Output.Split('\n')[..^1],
            Has.Length.EqualTo(1).And.One.StartsWith($"bank '{theirs}': secret_key bank: it is the database of a bank of another scheme"),
            audit.Output);
    }

    /// <summary>As a withdrawal that was cut short right after the card began it.</summary>
    private void BeginOnCard()
    {
        var suite = new BclSuite();
        var grant = EnrolmentGrant.Decode(Armor.Read(Armor.Grant, Path.Combine(_town.Folder, "north.grant")), suite)!;
        using var channel = CardChannels.OpenImage(Path.Combine(_town.Folder, "Eve.card"), suite);
        var card = new WalletCard(channel);
        card.Select();
        Assert.That(card.Verify("0000").IsSuccess);
        card.BeginWithdrawal(new Amount(500), grant.Scheme.Terms.Currency,
            grant.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key.Id);
    }

    private ConsoleResult Wallet(string card, params string[] arguments) =>
        _town.Run("hiercash-wallet", [.. arguments, "--reader", $"emulator:{card}.card", "--pin", "0000", "--bank", _town.North.Address]);
}
