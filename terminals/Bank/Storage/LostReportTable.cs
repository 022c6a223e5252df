namespace HierCash.Bank;

/// <summary>Lost cards: their users' signed reports (hole 10).</summary>
internal static class LostReportTable
{
    /// <summary>Nothing happens where the card was reported before.</summary>
    public static void Add(IWriteTransaction db, LostCardReport report, Timestamp now) => db.Execute(
        "INSERT INTO lost_report(u, report, date) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
        report.User, report.Encode(), now);

    /// <summary>When the card of that account was reported as lost, by this bank's clock; null if it was not.</summary>
    public static Timestamp? DateOf(IReadSnapshot db, AccountId user) =>
        db.Value("SELECT date FROM lost_report WHERE u = $1", r => r.Date(0), user);
}
