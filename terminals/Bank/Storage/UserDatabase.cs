using System.Data.Common;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>Steps of a withdrawal at the bank; each is durable before the next begins (hole 7).</summary>
public enum WithdrawalState
{
    /// <summary>The account is debited, nothing was asked yet.</summary>
    Debited,

    /// <summary>The issuer may have been asked.</summary>
    Requested,

    /// <summary>E_K is here.</summary>
    Issued,

    /// <summary>The issuer said "never", and the money is back.</summary>
    Reversed,
}

/// <summary>One line of the user database.</summary>
/// <param name="EK">E_K once issued.</param>
public sealed record WithdrawalRow(WithdrawalOrder Order, WithdrawalState State, Timestamp Debited, byte[]? EK, NonIssuanceStatement? Never);

/// <summary>An account holder.</summary>
public sealed record AccountEntry(AccountId User, string Name, PublicKey Key);

/// <summary>The user database (EP 0810563, 201): U and E_I in correspondence. Never N_U, K or S_I.</summary>
internal static class UserDatabase
{
    public static AccountEntry? FindAccount(IReadSnapshot db, AccountId user) => db.First(
        "SELECT u, name, public_key FROM account WHERE u = $1", ReadAccount, user.Value.ToArray());

    public static List<AccountEntry> Accounts(IReadSnapshot db) =>
        db.Query("SELECT u, name, public_key FROM account ORDER BY name", ReadAccount);

    public static WithdrawalRow? Find(IReadSnapshot db, WithdrawalId request) => db.First(
        $"SELECT {Columns} FROM withdrawal WHERE request = $1", Read, request.Value.ToArray());

    public static List<WithdrawalRow> Of(IReadSnapshot db, AccountId user) =>
        db.Query($"SELECT {Columns} FROM withdrawal WHERE u = $1 ORDER BY debited", Read, user.Value.ToArray());

    public static List<WithdrawalRow> Unconcluded(IReadSnapshot db) =>
        db.Query($"SELECT {Columns} FROM withdrawal WHERE state IN ('Debited', 'Requested') ORDER BY debited", Read);

    public static void Add(IWriteTransaction db, WithdrawalOrder order, Timestamp now) => db.Execute(
        "INSERT INTO withdrawal(request, u, x, user_order, state, debited) VALUES($1, $2, $3, $4, 'Debited', $5)",
        order.Request.Value.ToArray(), order.User.Value.ToArray(), order.FaceValue.ToLedger(),
        BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write), now.ToLedger());

    public static void Requested(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("UPDATE withdrawal SET state = 'Requested' WHERE request = $1 AND state = 'Debited'", request.Value.ToArray());

    /// <summary>Ends the withdrawal in cash or in "never"; false where it had ended.</summary>
    public static bool Conclude(IWriteTransaction db, WithdrawalId request, byte[]? ek, NonIssuanceStatement? never, Timestamp now) => db.Execute(
        "UPDATE withdrawal SET state = $2, ek = $3, never_issued = $4, ended = $5 WHERE request = $1 AND state IN ('Debited', 'Requested')",
        request.Value.ToArray(), (ek is null ? WithdrawalState.Reversed : WithdrawalState.Issued).ToString(), ek, never?.Encode(), now.ToLedger()) == 1;

    private const string Columns = "user_order, state, debited, ek, never_issued";

    private static AccountEntry ReadAccount(DbDataReader r) =>
        new(new AccountId(Id16.Read(r.Bytes(0))), r.GetString(1), PublicKey.TryDecode(r.Bytes(2))!);

    private static WithdrawalRow Read(DbDataReader r)
    {
        var reader = new BerTlvReader(r.Bytes(0));
        var order = WithdrawalOrder.Read(ref reader);
        return reader.Complete
            ? new WithdrawalRow(
                order, Enum.Parse<WithdrawalState>(r.GetString(1)), Timestamp.FromLedger(r.GetInt64(2)), r.BytesOrNull(3),
                r.BytesOrNull(4) is { } never ? NonIssuanceStatement.Decode(never) : null)
            : throw new InvalidOperationException("A withdrawal order in the user database is damaged.");
    }
}
