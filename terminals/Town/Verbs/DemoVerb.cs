namespace HierCash.Town;

/// <summary>hiercash-town demo, and hiercash-town alone.</summary>
internal static class DemoVerb
{
    private static readonly JsonOption<DemoJson> Json = new(TownJson.Default.DemoJson);

    private static readonly Option<string?> Folder = new("--dir")
    {
        Description = "Keep the parties' databases and the evidence file in a new folder DIR/town. Without it: a temporary folder, removed "
            + "at the end.",
        HelpName = "DIR",
    };

    private static readonly Option<ulong?> Seed = new("--seed")
    {
        Description = "Replay: all keys, signatures and random numbers follow from this number.",
        HelpName = "NUMBER",
    };

    public static Verb Make()
    {
        var verb = new Verb("demo", "Withdraw, pay, settle; then a copied card overspends and is traced.",
            "hiercash-town demo --json", "hiercash-town demo --seed 42", "hiercash-town demo --dir .", "hiercash-town demo --pcsc")
        {
            Json, Folder, Seed, PcscOption.Option,
        };
        verb.SetAction(Play);
        return verb;
    }

    public static async Task<int> Play(ParseResult given, CancellationToken cancel)
    {
        string? directory = given.GetValue(Folder);
        string folder = directory is null ? Directory.CreateTempSubdirectory("hiercash-town-").FullName : Path.Combine(directory, "town");
        if (directory is not null)
        {
            if (Directory.Exists(folder))
            {
                throw new RefusedException(Outcome.AlreadyExists,
                    $"The folder '{folder}' is there already. Choose another --dir, or remove it.");
            }

            PrivateFile.MakeFolder(folder);
        }

        try
        {
            long started = Stopwatch.GetTimestamp();
            using var town = new SimulatedTown(new TownOptions
            {
                Directory = folder,
                Suite = given.GetValue(Seed) is { } number ? new BouncyCastleSuite(new SeededRandom(number)) : new BclSuite(),
            });
            bool color = !Console.IsOutputRedirected && CommonOptions.Variable("NO_COLOR") is null;
            using ITownReader reader = PcscOption.Read(given) is { } pcsc
                ? new PcscTownReader(pcsc, town.Options.Suite, TimeProvider.System, Console.Error.WriteLine) : new DirectReader();
            var report = await Demo.Run(town, reader, new Narrator(Json.IsOn(given) ? null : ConsoleEntry.Terminal, color), cancel);
            if (directory is not null)
            {
                PrivateFile.Write(Path.Combine(folder, "evidence.hce"), town.UserBank.EvidenceFiles.Single().Encode());
            }

            var json = DemoJson.Of(report);
            string took = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            Json.Print(given, json, $"{Environment.NewLine}Withdrawn {Show(json.Withdrawn)}, paid {Show(json.Paid)}, settled "
                + $"{Show(json.Settled)}, overspent {Show(json.Overspent)} by {report.TracedUser}; audit "
                + $"{(report.AuditOk ? "ok" : "BROKEN")}; {took} s.");
            return report is { AuditOk: true, BankSawNU: false, IssuerSawU: false } ? ExitCode.Done : ExitCode.Refused;
        }
        finally
        {
            if (directory is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Show(Money money) => $"{money.Amount} {money.Currency}";
}

/// <summary>What <c>demo --json</c> prints; see <see cref="DemoReport"/>.</summary>
internal sealed record DemoJson(
    string Reader, Money Withdrawn, Money Paid, Money Settled, Money Overspent, string? TracedUser, bool EvidenceProven, bool AuditOk,
    IReadOnlyList<string> AuditFindings, int PaymentBits, int PaymentBitsClaim, int PaymentApdus, int PaymentBytes, bool BankSawNU,
    bool IssuerSawU, IReadOnlyList<string> PrivacyFindings, string Scheme)
{
    public static DemoJson Of(DemoReport r)
    {
        Money Say(Amount amount) => Money.Of(amount, r.Currency);
        return new(r.Reader, Say(r.Withdrawn), Say(r.Paid), Say(r.Settled), Say(r.Overspent), r.TracedUser, r.EvidenceProven, r.AuditOk,
            r.AuditFindings, r.PaymentBits, r.PaymentBitsClaim, r.PaymentApdus, r.PaymentBytes, r.BankSawNU, r.IssuerSawU,
            r.PrivacyFindings, r.Scheme);
    }
}
