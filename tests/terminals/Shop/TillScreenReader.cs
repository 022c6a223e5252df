using System.Diagnostics;

namespace HierCash.Tests.Consoles;

/// <summary>The till's screen in a terminal (tmux), and its keyboard.</summary>
internal sealed class TillScreenReader : IDisposable
{
    private readonly string _folder;
    private readonly string _session;

    public TillScreenReader(string folder, string session, string command)
    {
        _folder = folder;
        _session = session;
        Tmux("new-session", "-d", "-s", session, "-x", "76", "-y", "14", "-c", folder, $"PATH='{ConsoleProcess.SearchPath}' {command}");
    }

    public void Keys(string keys) => Tmux("send-keys", "-t", _session, keys);

    /// <summary>From here on, what the terminal is sent goes into this file too.</summary>
    public void Record(string file) => Tmux("pipe-pane", "-t", _session, $"cat > '{file}'");

    public string Now() => Tmux("capture-pane", "-p", "-t", _session);

    /// <summary>Waits until the screen shows all of this; the screen.</summary>
    public string Expect(string state, params string[] parts)
    {
        string screen = "";
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
        {
            screen = Tmux("capture-pane", "-p", "-t", _session);
            if (parts.All(p => screen.Contains(p, StringComparison.Ordinal)))
            {
                TestContext.Out.WriteLine($"--- {state}\n{screen.TrimEnd()}");
                return screen;
            }

            Task.Delay(50).Wait();
        }

        Assert.Fail($"{state}: {string.Join(", ", parts)} is not on the screen:\n{screen}");
        return screen;
    }

    public void ExpectGone()
    {
        var started = Stopwatch.GetTimestamp();
        while (Tmux("list-sessions").Contains(_session, StringComparison.Ordinal))
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(10)), "Ctrl-C stops the till");
            Task.Delay(50).Wait();
        }
    }

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params string[] arguments) => ConsoleProcess.Run(_folder, "tmux", ["-L", _session, .. arguments]).Output;
}
