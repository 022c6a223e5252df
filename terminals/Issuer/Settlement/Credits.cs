using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>What a coin pays, as deltas of the next clearing cycle (hole 18).</summary>
internal static class Credits
{
    /// <summary>The coin pays a shop, or its holder's account.</summary>
    public static void Give(IWriteTransaction db, CoinRow coin, ShopEntry? shop, Amount amount)
    {
        if (shop is null)
        {
            BankTable.AddRedeemed(db, coin.Bank, amount);
            TransferDeltaTable.Add(db, coin.Bank, TransferKind.RedeemCredit, coin.Request.Value, amount);
            return;
        }

        Debit(db, coin, amount);
        TransferDeltaTable.Add(db, shop.Bank, TransferKind.ShopCredit, shop.Account, amount);
    }

    /// <summary>The coin pays what a claim had paid before (rule R2): the shop has its money already.</summary>
    public static void Repay(IWriteTransaction db, CoinRow coin, Amount amount)
    {
        Debit(db, coin, amount);
        TransferDeltaTable.Add(db, coin.Bank, TransferKind.ClaimRestore, coin.Id.Value, amount);
    }

    /// <summary>The shop gives back what the coin had paid.</summary>
    public static void TakeBack(IWriteTransaction db, CoinRow coin, ShopEntry shop, Amount amount)
    {
        BankTable.TakeBackSettled(db, coin.Bank, amount);
        TransferDeltaTable.Add(db, coin.Bank, TransferKind.FloatRestore, default, amount);
        TransferDeltaTable.Add(db, shop.Bank, TransferKind.ShopDebit, shop.Account, amount);
    }

    /// <summary>The shop gives back what the guarantee had paid.</summary>
    public static void TakeBackClaim(IWriteTransaction db, CoinRow coin, ShopEntry shop, Amount amount)
    {
        TransferDeltaTable.Add(db, coin.Bank, TransferKind.ClaimRestore, coin.Id.Value, amount);
        TransferDeltaTable.Add(db, shop.Bank, TransferKind.ShopDebit, shop.Account, amount);
    }

    /// <summary>The coin's bank bears what the coin paid.</summary>
    public static void Debit(IWriteTransaction db, CoinRow coin, Amount amount)
    {
        BankTable.AddSettled(db, coin.Bank, amount);
        TransferDeltaTable.Add(db, coin.Bank, TransferKind.FloatDebit, default, amount);
    }
}
