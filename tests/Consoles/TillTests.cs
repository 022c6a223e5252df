using System.Diagnostics;

namespace HierCash.Tests.Consoles;

/// <summary>The till as the person behind the counter sees it: in a terminal (tmux), with keys.</summary>
public sealed class TillTests
{
    private string _session = null!;

    [Test]
    public void WaitingPayingPaidRefusedAndOffline()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "1000.00");
        town.Must("hiercash-wallet", "withdraw", "300.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank", town.North.Address);
        string card = Path.Combine(town.Folder, "Alice.card");
        _session = $"till-{Environment.ProcessId}";
        string console = $"PATH='{ConsoleProcess.SearchPath}' hiercash-shop till --reader emulator:Alice.card --dir cafe --settle 1";
        Tmux(town, "new-session", "-d", "-s", _session, "-x", "76", "-y", "9", "-c", town.Folder, console);
        try
        {
            Expect(town, "waiting", "Amount", "today 0.00 EUR in 0 payments");
            File.Move(card, card + ".pocket");
            Keys(town, "12.5");
            Keys(town, "Enter");
            Expect(town, "a wrong amount", "1 decimals");
            Keys(town, "0");
            Keys(town, "Enter");
            Expect(town, "waiting for the card", "Insert the card", "12.50 EUR");
            File.Move(card + ".pocket", card);
            Expect(town, "paid", "PAID", "Paid 12.50 EUR. Thank you.", "today 12.50 EUR in 1 payments");
            Expect(town, "settled by itself", "queued 0.00 EUR, settles by itself");
            Keys(town, "500.00");
            Keys(town, "Enter");
            Expect(town, "refused", "NOT PAID", "balance is too small");
            town.Issuer.Kill();
            Keys(town, "100.00");
            Keys(town, "Enter");
            Expect(town, "above the limit without PIN", "PIN for 100.00 EUR, then Enter");
            Keys(town, "0000");
            Expect(town, "the PIN is not shown", "****");
            Keys(town, "Enter");
            Expect(town, "offline", "PAID", "queued 100.00 EUR, offline");
            town.Issuer.Start();
            Expect(town, "online again", "queued 0.00 EUR, settles by itself");
            Keys(town, "C-c");
            Gone(town);
        }
        finally
        {
            Tmux(town, "kill-server");
        }

        Assert.That(town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("accepted").GetInt64(), Is.EqualTo(11250));
    }

    [Test]
    public void WithoutATerminalTheTillSaysWhatToUse()
    {
        using var town = new NetworkTown();
        var result = town.Run("hiercash-shop", "till", "--dir", "cafe");
        Assert.That((result.Code, result.Error.Contains("hiercash-shop pay AMOUNT", StringComparison.Ordinal)), Is.EqualTo((2, true)));
    }

    private void Keys(NetworkTown town, string keys) => Tmux(town, "send-keys", "-t", _session, keys);

    private void Expect(NetworkTown town, string state, params string[] parts)
    {
        string screen = "";
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20))
        {
            screen = Tmux(town, "capture-pane", "-p", "-t", _session);
            if (parts.All(p => screen.Contains(p, StringComparison.Ordinal)))
            {
                TestContext.Out.WriteLine($"--- {state}\n{screen.TrimEnd()}");
                return;
            }

            Task.Delay(50).Wait();
        }

        Assert.Fail($"{state}: {string.Join(", ", parts)} is not on the screen:\n{screen}");
    }

    private void Gone(NetworkTown town)
    {
        var started = Stopwatch.GetTimestamp();
        while (Tmux(town, "list-sessions").Contains(_session, StringComparison.Ordinal))
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(10)), "Ctrl-C stops the till");
            Task.Delay(50).Wait();
        }
    }

    private string Tmux(NetworkTown town, params string[] arguments) =>
        ConsoleProcess.Run(town.Folder, "tmux", ["-L", _session, .. arguments]).Output;
}
