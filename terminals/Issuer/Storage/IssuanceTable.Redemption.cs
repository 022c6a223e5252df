using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>Withdrawals of coins that are forgotten.</content>
internal static partial class IssuanceTable
{
    public static void Forget(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("DELETE FROM issuance WHERE request = $1", request.Value.ToArray());
}
