using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>The till itself, one row: its key N_W, the TIME that it used last, and the ends of its talk with the issuer.</summary>
internal static class TillTable
{
    /// <summary>The secret key, 32 bytes; null before the first use.</summary>
    public static byte[]? Secret(IReadSnapshot db) => db.First("SELECT secret FROM till", r => r.Bytes(0));

    public static void Begin(IWriteTransaction db, byte[] secret) =>
        db.Execute("INSERT INTO till(singleton, secret, last_time) VALUES(1, $1, 0)", secret);

    /// <summary>The TIME that was used last; it never goes back (hole 8, rule R21). 0 if there is none.</summary>
    public static Timestamp LastTime(IReadSnapshot db) => Timestamp.FromLedger(db.Number("SELECT last_time FROM till"));

    public static void SetLastTime(IWriteTransaction db, Timestamp time) => db.Execute("UPDATE till SET last_time = $1", time.ToLedger());

    /// <summary>That TIME was used too.</summary>
    public static void RaiseLastTime(IWriteTransaction db, Timestamp time) =>
        db.Execute("UPDATE till SET last_time = $1 WHERE last_time < $1", time.ToLedger());

    /// <summary>The latest date under which this till knows to have signed a batch; 0 if it signed none.</summary>
    public static Timestamp Submitted(IReadSnapshot db) => Timestamp.FromLedger(db.Number("SELECT submitted FROM till"));

    public static void RaiseSubmitted(IWriteTransaction db, Timestamp date) =>
        db.Execute("UPDATE till SET submitted = $1 WHERE submitted < $1", date.ToLedger());

    /// <summary>The issuer's newest receipt of a payment that counts; null if there is none.</summary>
    public static Receipt? NewestReceipt(IReadSnapshot db) =>
        db.First("SELECT word FROM till WHERE word IS NOT NULL", r => r.Kept(0, Receipt.Decode));

    public static void KeepNewestReceipt(IWriteTransaction db, Receipt receipt) =>
        db.Execute("UPDATE till SET word = $1", receipt.Encode());
}
