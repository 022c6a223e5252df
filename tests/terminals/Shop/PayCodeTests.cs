using System.Reflection;
using System.Text.Json;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Tests.Consoles;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Shops;

/// <summary>Each refusal of a payment has the code of what happened (docs/json.md). A till that cannot be opened keeps nothing.</summary>
[Parallelizable]
public sealed class PayCodeTests
{
    [Test]
    public void WhatTheCardOrThePinOrTheIssuerOrAClockRefusesIsSaid()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 9000, 9000, 9000);
        string cafe = town.AddTill("Cafe");
        var till = town.Till(cafe);
        TillResult Pay(ulong minor, string? pin = null) => till.Pay(alice.Card, new Amount(minor), pin);
        Assert.That(Code(Pay(100)), Is.EqualTo((TillOutcome.Accepted, Outcome.Done)));
        Assert.That(Code(Pay(40_000, alice.PaymentPin)), Is.EqualTo((TillOutcome.Refused, Outcome.CardRefused)));
        ulong over = town.Options.Terms.NoPinLimit.Minor + 1;
        var open = Pay(over);
        Assert.That(Code(open), Is.EqualTo((TillOutcome.PinRequired, Outcome.PinRefused)));
        Assert.That(Code(till.Continue(open.Sale, alice.Card, "9999")), Is.EqualTo((TillOutcome.PinWrong, Outcome.PinRefused)));
        till.Cancel(open.Sale, alice.Card);
        till.Online = null;
        Assert.That(Code(Pay(town.Options.Terms.FloorLimit.Minor + 1, alice.PaymentPin)),
            Is.EqualTo((TillOutcome.Refused, Outcome.PeerUnreachable)));
        town.GiveClock(cafe, new OffsetClock(town.Clock) { Off = TimeSpan.FromDays(-5) });
        till = town.Till(cafe);
        Assert.That(Code(Pay(100)), Is.EqualTo((TillOutcome.Refused, Outcome.ClockDiffers)));
    }

    [Test]
    public void TheConsoleSaysItInJson()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "10.00");
        var refused = town.Run("hiercash-shop", "pay", "5.00", "--reader", "emulator:Alice.card", "--dir", "cafe", "--json");
        Assert.That((refused.Code, JsonSerializer.Deserialize<JsonElement>(refused.Output).GetProperty("error").GetProperty("code")
            .GetString()), Is.EqualTo((1, "cardRefused")), refused.Output);
    }

    /// <summary>In one process, as the till's screen is: what was locked before the database could not be opened is let go.</summary>
    [Test]
    public void ATillThatCannotBeOpenedKeepsNoLock()
    {
        using var town = new NetworkTown();
        town.Copy("cafe", "broken");
        string folder = Path.Combine(town.Folder, "broken");
        foreach (string log in Directory.GetFiles(folder, "shop.db-*"))
        {
            File.Delete(log);
        }

        File.WriteAllText(Path.Combine(folder, "shop.db"), "This is no database. It is longer than a header has to be, and holds nothing.");
        var session = typeof(ShopTill).Assembly.GetType("HierCash.Shop.TillSession")!.GetMethod("Open")!;
        var given = ConsoleSchema.Root("hiercash-shop").Parse(["status", "--dir", folder]);
        Assert.That(() => session.Invoke(null, [given, true, true, false]),
            Throws.TypeOf<TargetInvocationException>().With.InnerException.TypeOf<DatabaseException>());
        var party = PartyFolder<EnrolledSettings>.Open(folder, "shop");
        using (party.Lock())
        using (party.LockSettling())
        {
            Assert.Pass("both are free");
        }
    }

    private static (TillOutcome, Outcome) Code(TillResult result) => (result.Outcome, result.Code);
}
