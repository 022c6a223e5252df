using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>What the coins of a bank paid, and what went back to its users. Coins of no bank count for none (R27).</content>
internal static partial class BankTable
{
    /// <summary>So much more was paid to shops.</summary>
    public static int AddSettled(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET settled = settled + $2 WHERE id = $1", (long)bank.Value, amount.ToLedger());

    /// <summary>So much of what was paid to shops came back.</summary>
    public static int TakeBackSettled(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET settled = settled - $2 WHERE id = $1", (long)bank.Value, amount.ToLedger());

    /// <summary>So much more was redeemed.</summary>
    public static int AddRedeemed(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET redeemed = redeemed + $2 WHERE id = $1", (long)bank.Value, amount.ToLedger());

    /// <summary>So much more went back by itself.</summary>
    public static int AddReturned(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET returned = returned + $2 WHERE id = $1", (long)bank.Value, amount.ToLedger());
}
