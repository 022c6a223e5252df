using HierCash.Iso7816;

namespace HierCash.Issuer;

/// <summary>A withdrawal that was answered.</summary>
/// <param name="EK">E_K; null: it got no cash.</param>
/// <param name="Never">That it was never issued; null: it was.</param>
internal sealed record IssuanceRow(PartyId Bank, Amount FaceValue, byte[]? EK, NonIssuanceStatement? Never);

/// <summary>Every withdrawal that was answered, with cash or with a tombstone (hole 7).</summary>
internal static class IssuanceTable
{
    public static IssuanceRow? Find(IReadSnapshot db, WithdrawalId request) => db.First(
        "SELECT bank, x, ek, never_issued FROM issuance WHERE request = $1",
        r => new IssuanceRow(
            r.Party(0), r.Money(1), r.BytesOrNull(2), r.KeptOrNull(3, NonIssuanceStatement.Decode)),
        request);

    public static bool Has(IReadSnapshot db, WithdrawalId request) =>
        db.Number("SELECT count(*) FROM issuance WHERE request = $1", request) > 0;

    /// <summary>Tombstones of a bank.</summary>
    public static ulong RefusedTo(IReadSnapshot db, PartyId bank) =>
        (ulong)db.Number("SELECT count(*) FROM issuance WHERE bank = $1 AND never_issued IS NOT NULL", bank);

    /// <summary>How many withdrawals of a bank were answered with cash.</summary>
    public static ulong IssuedTo(IReadSnapshot db, PartyId bank) =>
        (ulong)db.Number("SELECT count(*) FROM issuance WHERE bank = $1 AND ek IS NOT NULL", bank);

    /// <summary>Those after a row, in the order in which they were entered.</summary>
    public static List<IssuedWithdrawal> IssuedAfter(IReadSnapshot db, PartyId bank, ulong row, int most) => db.Query(
        """
        SELECT number, asked, ek FROM issuance WHERE bank = $1 AND ek IS NOT NULL AND asked IS NOT NULL AND number > $2
        ORDER BY number LIMIT $3
        """,
        r => new IssuedWithdrawal((ulong)r.GetInt64(0), r.Kept(1, IssueRequest.Read), r.Bytes(2)), bank, row, most);

    /// <summary>Answered with cash.</summary>
    public static int Issued(IWriteTransaction db, IssueRequest request, byte[] ek, Timestamp now) => db.Execute(
        "INSERT INTO issuance(request, bank, x, ek, date, asked) VALUES($1, $2, $3, $4, $5, $6)",
        request.Request, request.Bank, request.FaceValue, ek, now, BerTlv.Encode(IssueRequest.MaxEncodedSize, request.Write));

    /// <summary>Answered with "never issued".</summary>
    public static int Refused(IWriteTransaction db, NonIssuanceStatement never, Timestamp now) => db.Execute(
        "INSERT INTO issuance(request, bank, x, never_issued, date) VALUES($1, $2, $3, $4, $5)",
        never.Request, never.Bank, never.FaceValue, never.Encode(), now);

    /// <summary>The last date before a moment on which something was issued, refused or settled; 0 if there is none.</summary>
    public static Timestamp LastBefore(IReadSnapshot db, Timestamp moment) => db.Date(
        """
        SELECT coalesce(max(date), 0) FROM (
            SELECT date FROM history WHERE date < $1 UNION ALL SELECT date FROM issuance WHERE date < $1) AS known
        """,
        moment);

    /// <summary>Forgets a piece of the tombstones that are older.</summary>
    public static int ForgetRefused(IWriteTransaction db, Timestamp before) => db.Execute(
        "DELETE FROM issuance WHERE request IN (SELECT request FROM issuance WHERE never_issued IS NOT NULL AND date < $1 LIMIT $2)",
        before, Forgotten.Piece);

    public static void Forget(IWriteTransaction db, WithdrawalId request) => db.Execute("DELETE FROM issuance WHERE request = $1", request);
}
