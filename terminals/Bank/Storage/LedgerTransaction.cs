namespace HierCash.Bank;

/// <summary>A transaction of the ledger, by the name under which it is booked once.</summary>
internal readonly record struct LedgerTransaction(string Kind, byte[] Reference)
{
    public const string KindOfInstruction = "instruction";
    public const string KindOfSuspense = "suspense";

    public static LedgerTransaction Withdrawal(WithdrawalId request) => new("withdrawal", request.Value.ToArray());

    public static LedgerTransaction Reversal(WithdrawalId request) => new("withdrawal reversed", request.Value.ToArray());

    /// <summary>Issued before the bank was restored from a copy: nobody's yet (R27).</summary>
    public static LedgerTransaction Recovered(WithdrawalId request) => new("withdrawal recovered", request.Value.ToArray());

    /// <summary>Such a one whose order was shown.</summary>
    public static LedgerTransaction Assigned(WithdrawalId request) => new("withdrawal assigned", request.Value.ToArray());

    /// <summary>The issuer's instruction of that number.</summary>
    public static LedgerTransaction Instruction(ulong number) => new(KindOfInstruction, BankColumns.Bytes(number));

    /// <summary>The money of a parked instruction of that number goes to suspense (R8).</summary>
    public static LedgerTransaction Suspense(ulong number) => new(KindOfSuspense, BankColumns.Bytes(number));

    public static LedgerTransaction Deposit(ulong receipt) => new("deposit", BitConverter.GetBytes(receipt));

    /// <summary>From the account of a card that was replaced to that of the new one.</summary>
    /// <param name="after">The ledger's last transaction before it: there is one of these after each booking on the old account.</param>
    public static LedgerTransaction Replacement(AccountId former, ulong after) =>
        new("card replaced", [.. former.Value.ToArray(), .. BankColumns.Bytes(after)]);
}
