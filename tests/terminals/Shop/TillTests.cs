using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>The till as the person behind the counter sees it: in a terminal (tmux), with keys.</summary>
[Parallelizable]
public sealed partial class TillTests
{
    [Test]
    public void WaitingPayingPaidRefusedAndOffline()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "1000.00");
        town.Must("hiercash-wallet", "withdraw", "300.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            town.North.Address);
        string card = Path.Combine(town.Folder, "Alice.card");
        using (var screen = new TillScreenReader(
            town.Folder, $"till-{Environment.ProcessId}", "hiercash-shop till --reader emulator:Alice.card --dir cafe --settle 1"))
        {
            screen.Expect("waiting", "Amount", "today 0.00 EUR in 0 payments");
            File.Move(card, card + ".pocket");
            screen.Keys("12.5");
            screen.Keys("Enter");
            screen.Expect("a wrong amount", "1 decimals");
            screen.Keys("0");
            screen.Keys("Enter");
            screen.Expect("waiting for the card", "Insert the card", "12.50 EUR");
            File.Move(card + ".pocket", card);
            screen.Expect("paid", "PAID", "Paid 12.50 EUR. Thank you.", "today 12.50 EUR in 1 payments");
            screen.Expect("settled by itself", "queued 0.00 EUR, settles by itself");
            screen.Keys("500.00");
            screen.Keys("Enter");
            screen.Expect("a large amount at a new till", "Is that right?", "That is more than 50.00 EUR.", "500.00 EUR");
            screen.Keys("Enter");
            screen.Expect("more than goes without PIN, whatever the card holds", "Payment PIN for 500.00 EUR, then Enter");
            screen.Keys("1111");
            screen.Keys("Enter");
            screen.Expect("refused", "NOT PAID", "balance is too small");
            screen.Keys("50.00");
            screen.Keys("Enter");
            screen.Expect("paid again", "PAID", "today 62.50 EUR in 2 payments", "queued 0.00 EUR, settles by itself");
            screen.Keys("20.00");
            screen.Keys("Enter");
            screen.Expect("and again", "PAID", "today 82.50 EUR in 3 payments", "queued 0.00 EUR, settles by itself");
            town.Issuer.Kill();
            screen.Keys("40.00");
            screen.Keys("Enter");
            screen.Expect("above the limit without PIN", "Payment PIN for 40.00 EUR, then Enter");
            screen.Keys("1111");
            screen.Expect("the PIN is not shown", "****");
            screen.Keys("Enter");
            screen.Expect("offline", "PAID", "queued 40.00 EUR, offline");
            town.Issuer.Start();
            screen.Expect("online again", "queued 0.00 EUR, settles by itself");
            screen.Keys("C-c");
            screen.ExpectGone();
        }

        Assert.That(town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("accepted").Minor(), Is.EqualTo(12250));
    }

    /// <summary>A comma is a decimal sign, the whole amount is there before Enter, and Esc shows what it leaves with the issuer.</summary>
    [Test, Rule(4)]
    public void CommaUnusualAmountAndHeldMoney()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "100.00");
        town.Must("hiercash-wallet", "withdraw", "100.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            town.North.Address);
        using (var screen = new TillScreenReader(
            town.Folder, $"comma-{Environment.ProcessId}", "hiercash-shop till --reader emulator:Alice.card --dir cafe --settle 1"))
        {
            screen.Keys("1,5");
            screen.Expect("half an amount", "Type the amount and press Enter.");
            screen.Keys("Enter");
            screen.Expect("no amount", "1 decimals");
            screen.Keys("0");
            screen.Expect("in full before Enter", "1,50 EUR", "Enter asks a card for 1.50 EUR.");
            screen.Keys("Enter");
            screen.Expect("paid", "PAID", "today 1.50 EUR in 1 payments", "queued 0.00 EUR, settles by itself");
            screen.Keys("1250");
            screen.Expect("without a sign", "Enter asks a card for 1250.00 EUR.");
            screen.Keys("Enter");
            screen.Expect("asked once more", "Is that right?", "No decimal sign was typed. Enter asks for 1250.00 EUR");
            screen.Keys("Escape");
            screen.Expect("taken back", "Type the amount and press Enter.", "today 1.50 EUR in 1 payments");
            town.Issuer.Kill();
            screen.Keys("60.00");
            screen.Keys("Enter");
            screen.Expect("asked once more", "Is that right?");
            screen.Keys("Enter");
            screen.Expect("the issuer is away", "The issuer does not answer", "held 60.00 EUR: Esc gives it up");
            screen.Keys("Escape");
            screen.Expect("given up", "The issuer may have it", "held 60.00 EUR: given up, the issuer is asked by itself");
            town.Issuer.Start();
            screen.Expect("given back to the card that is there", "60.00 EUR are on the card again.", "today 1.50 EUR in 1 payments");
            Assert.That(screen.Now(), Does.Not.Contain("held").And.Not.Contain("to give back"));
            screen.Keys("C-c");
            screen.ExpectGone();
        }

        Assert.That(town.Json("hiercash-wallet", "balance", "--reader", "emulator:Alice.card", "--pin", "0000").GetProperty("balance")
            .Minor(), Is.EqualTo(9850));
        town.AssertAudits();
    }

    /// <summary>
    /// The disk is full, first when an amount is asked for, then when a receipt comes: the screen says so, stays, and goes on when there is
    /// room.
    /// </summary>
    [Test]
    public void AFullDiskIsSaidAndEndsNothing()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "100.00");
        town.Must("hiercash-wallet", "withdraw", "100.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            town.North.Address);
        using (var screen = new TillScreenReader(
            town.Folder, $"full-{Environment.ProcessId}", "hiercash-shop till --reader emulator:Alice.card --dir cafe --settle 1"))
        {
            screen.Expect("waiting", "Amount", "queued 0.00 EUR, settles by itself");
            Change(town, "CREATE TRIGGER full BEFORE INSERT ON ticket BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
            screen.Keys("12.50");
            screen.Keys("Enter");
            screen.Expect("no payment is begun", "NOT PAID", "This till's files cannot be used:");
            Change(town, "DROP TRIGGER full; CREATE TRIGGER full BEFORE INSERT ON receipt BEGIN SELECT RAISE(ABORT, 'database or disk is "
                + "full'); END");
            screen.Keys("12.50");
            screen.Keys("Enter");
            screen.Expect("paid, and not settled", "PAID", "today 12.50 EUR in 1 payments",
                "queued 12.50 EUR, and this till's files cannot be used:");
            Change(town, "DROP TRIGGER full");
            screen.Expect("there is room again", "queued 0.00 EUR, settles by itself");
            screen.Keys("C-c");
            screen.ExpectGone();
        }

        Assert.That(town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("accepted").Minor(), Is.EqualTo(1250));
        town.AssertAudits();
    }

    /// <summary>NO_COLOR takes the colours away, and TERM=dumb every sequence; what the screen says stays.</summary>
    [Test]
    public void ColoursAndSequencesAreLeftOutWhereTheyAreNotWanted()
    {
        using var town = new NetworkTown();
        foreach (var (variable, colours, sequences) in new[]
            { ("HIERCASH_COLOR=1", true, true), ("NO_COLOR=1", false, true), ("TERM=dumb", false, false) })
        {
            string file = Path.Combine(town.Folder, variable);
            using var screen = new TillScreenReader(town.Folder, $"{variable[..4]}-{Environment.ProcessId}",
                $"env {variable} hiercash-shop till --reader emulator:nobody.card --dir cafe --settle 1");
            screen.Expect(variable, "Amount");
            screen.Record(file);
            screen.Keys("12.50");
            screen.Keys("Enter");
            screen.Expect(variable, "Insert the card", "12.50 EUR");
            screen.Keys("C-c");
            screen.ExpectGone();
            string sent = File.ReadAllText(file);
            Assert.That(sent, Does.Contain("12.50 EUR"), variable);
            Assert.That(Colour().IsMatch(sent), Is.EqualTo(colours), variable);
            Assert.That(sent.Contains('\e', StringComparison.Ordinal), Is.EqualTo(sequences), variable);
        }
    }

    [GeneratedRegex(@"\e\[[0-9;]*[34][0-9]")]
    private static partial Regex Colour();

    private static void Change(NetworkTown town, string sql)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(town.Folder, "cafe", "shop.db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [Test]
    public void WithoutATerminalTheTillSaysWhatToUse()
    {
        using var town = new NetworkTown();
        var result = town.Run("hiercash-shop", "till", "--dir", "cafe");
        Assert.That((result.Code, result.Error.Contains("hiercash-shop pay AMOUNT", StringComparison.Ordinal)), Is.EqualTo((2, true)));
    }
}
