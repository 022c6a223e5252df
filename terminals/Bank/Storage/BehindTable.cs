namespace HierCash.Bank;

/// <summary>That this bank was restored from an older copy: since when it knows, and its own later word, which shows it (R27).</summary>
internal static class BehindTable
{
    /// <summary>Null if it was not, or has recovered.</summary>
    public static Timestamp? Since(IReadSnapshot db) => db.Value("SELECT since FROM behind", r => r.Date(0));

    public static Position? Proof(IReadSnapshot db) => db.First("SELECT proof FROM behind", r => r.Kept(0, Position.Decode));

    /// <summary>Where it is known, since then, with the newer word.</summary>
    public static void Note(IWriteTransaction db, Timestamp now, Position proof) => db.Execute(
        "INSERT INTO behind(singleton, since, proof) VALUES(1, $1, $2) ON CONFLICT(singleton) DO UPDATE SET proof = excluded.proof",
        now, proof.Encode());

    public static bool End(IWriteTransaction db) => db.Execute("DELETE FROM behind") > 0;
}
