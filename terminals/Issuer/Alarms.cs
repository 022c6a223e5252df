using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>What a person at the issuer should look at. One row for each kind and subject: who repeats a thing raises a count, not rows (rule R10).</summary>
internal static class Alarms
{
    /// <summary>S_I is genuine, and the coin is not known: somebody else can use the coin key, or the store was lost.</summary>
    public const string UnknownCoin = "unknown coin";

    /// <summary>More than X was signed under a key that this issuer made: by a copied card, or by whoever kept the key (hole 14).</summary>
    public const string IssuerKeyedExcess = "issuer-keyed excess";

    /// <summary>Two messages under one counter of such a coin, together not above X.</summary>
    public const string IssuerKeyedEquivocation = "issuer-keyed equivocation";

    public static void Raise(Database db, string kind, byte[] subject, Timestamp now) => db.Execute(
        """
        INSERT INTO alarm(date, kind, subject, last) VALUES(?1, ?2, ?3, ?1)
        ON CONFLICT(kind, subject) DO UPDATE SET times = times + 1, last = excluded.last
        """,
        now.ToLedger(), kind, subject);
}
