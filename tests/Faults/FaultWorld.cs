using System.Diagnostics;
using System.Text.Json;

namespace HierCash.Tests.Faults;

/// <summary>What a command said, and how long it took. A command that was killed has <see cref="Killed"/> as its code.</summary>
internal sealed record Said(int Code, string Output, string Error, TimeSpan Took)
{
    public const int Killed = 137;

    public bool IsDone => Code == 0;

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);
}

/// <summary>
/// An issuer, two banks, two shops and three users, all of them processes of the real consoles, in namespaces of their own, each with a
/// clock of its own. It is enrolled once for all tests; each world is a copy. Alice and Bob have their accounts at North, Carol at South;
/// the Cafe has its account at South, the Kiosk at North.
/// </summary>
internal sealed class FaultWorld : IDisposable
{
    /// <summary>What each user has in the account at first, in cents.</summary>
    public const long Deposit = 1_000_000;

    public const string IssuerAddress = "10.9.0.1";
    public const string HolderPin = "0000";
    public const string PaymentPin = "1111";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly Lazy<string> Enrolled = new(Enrol);
    private readonly Room _room;
    private readonly Room? _away;
    private readonly object _gate = new();
    private readonly List<Process> _running = [];

    /// <param name="isRelayed">The issuer lives in a room of its own, and only a relay leads there.</param>
    /// <param name="isServing">All serve at once.</param>
    public FaultWorld(bool isRelayed = false, bool isServing = true)
    {
        Folder = Directory.CreateTempSubdirectory("hiercash-faults-").FullName;
        _room = isRelayed ? new Room() : new Room(IssuerAddress);
        _away = isRelayed ? new Room() : null;
        _room.Shell(Folder, $"cp -a '{Enrolled.Value}/.' .");
        Room Here() => _room;
        Issuer = new FaultParty("issuer", () =>
            _away ?? _room, Folder, "hiercash-issuer", "--listen", $"{IssuerAddress}:7801", "--cycle", "1");
        North = new FaultParty("north", Here, Folder, "hiercash-bank", "--listen", "127.0.0.1:7802", "--every", "1");
        South = new FaultParty("south", Here, Folder, "hiercash-bank", "--listen", "127.0.0.1:7803", "--every", "1");
        Tills = [new FaultParty("cafe", Here, Folder), new FaultParty("kiosk", Here, Folder)];
        Users = [new FaultParty("alice", Here, Folder), new FaultParty("bob", Here, Folder), new FaultParty("carol", Here, Folder)];
        if (isRelayed)
        {
            Relay = new TunRelay(Folder, _room, _away!);
        }

        if (isServing)
        {
            Start();
        }
    }

    public string Folder { get; }

    public FaultParty Issuer { get; }

    public FaultParty North { get; }

    public FaultParty South { get; }

    public IReadOnlyList<FaultParty> Servers => [Issuer, North, South];

    public IReadOnlyList<FaultParty> Tills { get; }

    public FaultParty Cafe => Tills[0];

    public FaultParty Kiosk => Tills[1];

    public IReadOnlyList<FaultParty> Users { get; }

    public FaultParty Alice => Users[0];

    public FaultParty Bob => Users[1];

    public FaultParty Carol => Users[2];

    public IReadOnlyList<FaultParty> All => [.. Servers, .. Tills, .. Users];

    /// <summary>Whose card was reported as lost: what is on it is on nobody's card.</summary>
    public HashSet<FaultParty> Lost { get; } = [];

    /// <summary>The way to the issuer, where it is relayed.</summary>
    public TunRelay? Relay { get; }

    /// <summary>Starts all who serve.</summary>
    public void Start() => Parallel.ForEach(Servers, p => p.Start());

    /// <summary>Everybody's clock at once: so long after the machine's.</summary>
    public void SetClocks(TimeSpan ahead)
    {
        foreach (var party in All)
        {
            party.Clock = ahead;
        }
    }

    public FaultParty BankOf(FaultParty user) => user == Carol ? South : North;

    public static string ImageOf(FaultParty user) => $"{user.Name}/{user.Name}.card";

    /// <summary>A command of a holder with the card.</summary>
    public Said Wallet(FaultParty user, string verb, params string[] more) =>
        Run(user, [user], "hiercash-wallet", WalletCall(user, verb, more));

    public string[] WalletCall(FaultParty user, string verb, params string[] more)
    {
        string[] bank = verb is "balance" or "log" or "explain" or "keep" or "lost-report" ? []
            : ["--bank", BankOf(user) == South ? "127.0.0.1:7803" : "127.0.0.1:7802"];
        string[] records = verb is "balance" or "log" or "explain" or "lost-report" ? [] : ["--dir", user.Name];
        return [verb, .. more, "--reader", $"emulator:{ImageOf(user)}", "--pin", HolderPin, .. bank, .. records];
    }

    /// <summary>A command of a till, with a card where there is one.</summary>
    public Said Shop(FaultParty till, FaultParty? user, string verb, params string[] more) =>
        Run(till, user is null ? [till] : [till, user], "hiercash-shop", ShopCall(till, user, verb, more));

    public static string[] ShopCall(FaultParty till, FaultParty? user, string verb, params string[] more)
    {
        string[] card = user is null ? [] : ["--reader", $"emulator:{ImageOf(user)}"];
        return [verb, .. more, .. card, .. verb == "pay" ? ["--pin", PaymentPin] : Array.Empty<string>(), "--dir", till.Name];
    }

    /// <summary>A command of the issuer or a bank beside its 'serve'.</summary>
    public Said Party(FaultParty party, params string[] arguments) =>
        Run(party, [party], party == Issuer ? "hiercash-issuer" : "hiercash-bank", [.. arguments, "--dir", party.Name]);

    /// <summary>The same of a command that has to succeed.</summary>
    public JsonElement Ask(FaultParty party, string verb, params string[] more)
    {
        var said = Users.Contains(party) ? Wallet(party, verb, [.. more, "--json"]) : Tills.Contains(party)
            ? Shop(party, null, verb, [.. more, "--json"]) : Party(party, [verb, .. more, "--json"]);
        return said.IsDone ? said.Json : throw new InvalidOperationException(
            $"{party.Name} {verb}: {said.Code} {said.Output} {said.Error}");
    }

    /// <summary>Runs a command with the clock of one party, and the disks of those concerned, to its end.</summary>
    public Said Run(FaultParty clock, FaultParty[] disks, string console, params string[] arguments)
    {
        var process = Process.Start(clock.Room.In(Folder, clock.Environment(disks), console, arguments))!;
        lock (_gate)
        {
            _running.Add(process);
        }

        try
        {
            return Run(process, null);
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(process);
                process.Dispose();
            }
        }
    }

    private static Said Run(Process process, string? input)
    {
        long started = Stopwatch.GetTimestamp();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (process.WaitForExit(Patience))
        {
            return new Said(process.ExitCode, output.Result, error.Result, Stopwatch.GetElapsedTime(started));
        }

        process.Kill();
        process.WaitForExit();
        return new Said(-1, output.Result, $"It did not end within {Patience}. {error.Result}", Patience);
    }

    /// <summary>Kills one of the commands that run at this moment; false if none does.</summary>
    public bool KillOne(int which)
    {
        lock (_gate)
        {
            if (_running.Count == 0)
            {
                return false;
            }

            _running[which % _running.Count].Kill();
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var party in All)
        {
            party.Dispose();
        }

        Relay?.Dispose();
        _room.Dispose();
        _away?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Everybody enrolled, with accounts and activated cards; nothing has to serve for that.</summary>
    private static string Enrol()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-faults-enrolled-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        using var room = new Room(IssuerAddress);
        using var issuer = new FaultParty("issuer", () => room, folder, "hiercash-issuer", "--listen", $"{IssuerAddress}:7801");
        string Must(string? input, string console, params string[] arguments)
        {
            var said = Run(Process.Start(room.In(folder, issuer.Environment(), console, arguments))!, input);
            return said.IsDone ? said.Output : throw new InvalidOperationException(
                $"{console} {string.Join(' ', arguments)}: {said.Error}");
        }

        void Write(string file, string console, params string[] arguments) =>
            File.WriteAllText(Path.Combine(folder, file), Must(null, console, arguments));
        Must(null, "hiercash-issuer", "init", "--dir", "issuer");
        issuer.Start();
        foreach (string bank in new[] { "north", "south" })
        {
            Write($"{bank}.request", "hiercash-bank", "init", "--name", bank, "--dir", bank);
            Write($"{bank}.grant", "hiercash-issuer", "enrol", "bank", $"{bank}.request", "--dir", "issuer");
            Must(null, "hiercash-bank", "join", $"{bank}.grant", "--issuer", $"{IssuerAddress}:7801", "--dir", bank);
        }

        foreach (var (shop, bank) in new[] { ("cafe", "south"), ("kiosk", "north") })
        {
            Write($"{shop}.request", "hiercash-shop", "init", "--name", shop, "--dir", shop);
            Write($"{shop}.vouched", "hiercash-bank", "enrol-shop", $"{shop}.request", "--dir", bank);
            Write($"{shop}.grant", "hiercash-issuer", "enrol", "shop", $"{shop}.vouched", "--dir", "issuer");
            Must(null, "hiercash-shop", "join", $"{shop}.grant", "--issuer", $"{IssuerAddress}:7801", "--dir", shop);
        }

        foreach (var (user, bank) in new[] { ("alice", "north"), ("bob", "north"), ("carol", "south") })
        {
            PrivateFile.MakeFolder(Path.Combine(folder, user));
            string image = $"{user}/{user}.card";
            Must(null, "hiercash-card", "new", image);
            Must(null, "hiercash-bank", "open-account", user, "--letter", $"{user}/letter", "--reader", $"emulator:{image}", "--dir", bank);
            Must($"{PaymentPin}\n{HolderPin}\n", "hiercash-wallet", "activate", "--letter", $"{user}/letter", "--puk-to", $"{user}/puk",
                "--reader", $"emulator:{image}");
            Must(null, "hiercash-bank", "deposit", user, $"{Deposit / 100}.00", "--dir", bank);
        }

        issuer.Kill();
        return folder;
    }
}
