namespace HierCash.Bank;

/// <summary>What the bank's rows added up to before they were forgotten (rule R10).</summary>
internal static class ForgottenTable
{
    private const string Withdrawal = "withdrawal";
    private const string Instruction = "transfer";
    private const string Suspense = "suspense";
    private const string Statement = "statement";
    private const string Case = "case";
    private const string Order = "order";

    public static void AddWithdrawal(IWriteTransaction db, WithdrawalState state, Amount faceValue) =>
        Forgotten.Add(db, Withdrawal, 0, state == WithdrawalState.Issued ? 0 : 1, 0, faceValue.ToLedger());

    public static void AddInstruction(IWriteTransaction db, ClearingInstruction one) =>
        Forgotten.Add(db, Instruction, 0, (long)one.Kind, (long)one.Number, one.Total.ToLedger());

    /// <summary>Its money went through suspense.</summary>
    public static void AddSuspense(IWriteTransaction db, ClearingInstruction one) =>
        Forgotten.Add(db, Suspense, 0, 0, (long)one.Number, one.Total.ToLedger());

    public static void AddStatement(IWriteTransaction db, CirculationStatement one) =>
        Forgotten.Add(db, Statement, 0, 0, (long)one.Number, 0, one.Digest);

    public static void AddCase(IWriteTransaction db, Amount claimed) => Forgotten.Add(db, Case, 0, 0, 0, claimed.ToLedger());

    public static void AddOrder(IWriteTransaction db) => Forgotten.Add(db, Order, 0, 0, 0, 0);

    /// <summary>How many withdrawals that ended in cash.</summary>
    public static long CountIssued(IReadSnapshot db) =>
        db.Number("SELECT times FROM forgotten WHERE what = 'withdrawal' AND bank = 0 AND kind = 0");

    /// <summary>What these came to, in minor units.</summary>
    public static long Issued(IReadSnapshot db) =>
        db.Number("SELECT amount FROM forgotten WHERE what = 'withdrawal' AND bank = 0 AND kind = 0");

    /// <summary>How many instructions.</summary>
    public static long CountInstructions(IReadSnapshot db) =>
        db.Number("SELECT CAST(coalesce(sum(times), 0) AS BIGINT) FROM forgotten WHERE what = 'transfer'");

    /// <summary>How many of these went through suspense.</summary>
    public static long CountSuspense(IReadSnapshot db) => db.Number("SELECT times FROM forgotten WHERE what = 'suspense'");

    /// <summary>The last statement of circulation; 0 where none is forgotten.</summary>
    public static ulong LastStatement(IReadSnapshot db) =>
        (ulong)db.Number("SELECT coalesce(max(number), 0) FROM forgotten WHERE what = 'statement'");
}
