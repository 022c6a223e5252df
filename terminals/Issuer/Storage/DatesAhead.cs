namespace HierCash.Issuer;

/// <summary>Dates that lie ahead because a clock did: they are set to today, or what waits for them would wait long (rule R26).</summary>
internal static class DatesAhead
{
    /// <summary>
    /// Dates that the issuer only reckons with: none of them is later than now. What is signed is not among them, nor the date of a
    /// dossier: it says what was signed, and where it lies ahead it dates nothing (Reversals).
    /// </summary>
    private static readonly (string Table, string Column)[] Kept =
    [
        ("hot_version", "date"), ("till", "contact"), ("till", "revoked"), ("bank", "revoked"), ("bank", "keyed"),
        ("former_key", "ended"), ("former_key", "revoked"), ("certified_key", "date"), ("inspection", "cancelled"),
        ("inspection", "lost"), ("closed_coin", "cancelled"), ("closed_coin", "lost"), ("issuance", "date"), ("mark", "date"),
        ("parked", "heard"), ("parked", "date"), ("alarm", "date"), ("alarm", "last"), ("trace_case", "opened"), ("trace_case", "judged"),
        ("trace_case", "found"), ("guarantee", "opened"), ("claim_payment", "paid"), ("alive", "date"), ("restoration", "ended"),
        ("restoration", "since"), ("restoration", "brought"), ("recovery", "since"), ("recovery", "copied"), ("behind", "since"),
        ("lost_key", "since"), ("early", "arrival"),
    ];

    /// <summary>What happened later than now happened now.</summary>
    public static void SetBack(IWriteTransaction db, Timestamp now)
    {
        foreach (var (table, column) in Kept)
        {
            db.Execute($"UPDATE {table} SET {column} = $1 WHERE {column} > $1", now);
        }

        db.Execute("UPDATE outage SET ended = CASE WHEN began > $1 THEN began ELSE $1 END WHERE ended > $1", now);
    }
}
