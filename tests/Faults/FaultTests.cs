namespace HierCash.Tests.Faults;

/// <summary>
/// Bad days with real processes. A short one is played in every run; the long ones, one for each line of the table, by eng/faults.sh, which
/// names them in HIERCASH_FAULTS and takes the rows from the file that HIERCASH_FAULTS_ROWS names.
/// </summary>
[Parallelizable]
public sealed class FaultTests
{
    private static readonly FaultLine[] Table =
    [
        .. ShortDay.Lines, .. CardFaults.Lines, .. ClockFaults.Lines, .. BackupFaults.Lines, .. DiskFaults.Lines, .. NetworkFaults.Lines,
        .. StrangerFaults.Lines, .. KillFaults.Lines,
    ];

    public static IEnumerable<string> Names
    {
        get
        {
            string? asked = Environment.GetEnvironmentVariable("HIERCASH_FAULTS");
            return asked switch
            {
                null or "" => Table.Where(l => l.IsShort).Select(l => l.Name),
                "all" => Table.Where(l => !l.IsShort).Select(l => l.Name),
                _ => asked.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            };
        }
    }

    /// <summary>What did harm once does none any more.</summary>
    [TestCaseSource(nameof(Names))]
    public void TheLineIsMended(string name)
    {
        var line = Table.SingleOrDefault(l => l.Name == name)
            ?? throw new ArgumentException($"There is no line '{name}'. There are: {string.Join(' ', Table.Select(l => l.Name))}");
        var finding = new Finding();
        try
        {
            line.Play(finding);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException or IOException)
        {
            finding.Must(false, e.GetBaseException().Message);
        }

        string row = finding.Row(line);
        TestContext.Out.WriteLine(row);
        if (Environment.GetEnvironmentVariable("HIERCASH_FAULTS_ROWS") is { Length: > 0 } file)
        {
            File.AppendAllText(file, row + Environment.NewLine);
        }

        Assert.That(finding.NotYet, Is.Empty);
        Assert.That(finding.Rounds, Is.GreaterThan(0), "nothing was played");
    }

    /// <summary>Each line is found by its name.</summary>
    [Test]
    public void TheLinesHaveNamesOfTheirOwn() => Assert.That(Table.Select(l => l.Name), Is.Unique.And.All.Matches("^[a-z0-9-]+$"));
}
