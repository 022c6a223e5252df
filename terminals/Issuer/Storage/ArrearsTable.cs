namespace HierCash.Issuer;

/// <summary>Instructions that stop a bank's issuing until it has booked them (R8).</summary>
internal static class ArrearsTable
{
    public static bool HasAny(IReadSnapshot db, PartyId bank) => db.Number("SELECT count(*) FROM arrears WHERE bank = $1", bank) > 0;

    public static bool Has(IReadSnapshot db, PartyId bank, ulong number) =>
        db.Number("SELECT count(*) FROM arrears WHERE bank = $1 AND number = $2", bank, number) > 0;

    public static int Add(IWriteTransaction db, PartyId bank, ulong number) =>
        db.Execute("INSERT INTO arrears(bank, number) VALUES($1, $2) ON CONFLICT DO NOTHING", bank, number);

    public static int Remove(IWriteTransaction db, PartyId bank, ulong number) =>
        db.Execute("DELETE FROM arrears WHERE bank = $1 AND number = $2", bank, number);

    /// <summary>What the bank has, and does not park, is booked.</summary>
    public static int RemoveBooked(IWriteTransaction db, PartyId bank) => db.Execute(
        """
        DELETE FROM arrears WHERE bank = $1 AND number <= (SELECT acknowledged FROM bank WHERE id = $1)
            AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = $1 AND k.number = arrears.number AND k.outcome <> 0)
        """,
        bank);
}
