namespace HierCash.Issuer;

/// <summary>A promise that was claimed and is not paid yet.</summary>
/// <param name="Bank">Of the user: it pays.</param>
internal sealed record UnpaidClaim(PaymentId Payment, PartyId Bank, CoinId Coin, PartyId ShopBank, Digest Account, Amount Amount);

/// <summary>
/// Promises that are being paid: the ClaimDebit that each is in, and when the shop was credited, which is once the bank has booked that.
/// What went back to claims instead, because the payment was taken back or the coin paid after all, is kept apart.
/// </summary>
internal static class ClaimPaymentTable
{
    private const string Select = "SELECT payment_id, bank, coin_id, shop_bank, account, amount FROM claim_payment WHERE paid IS NULL AND";

    /// <summary>The promise is claimed.</summary>
    public static void Add(IWriteTransaction db, DuePromise promise) => db.Execute(
        "INSERT INTO claim_payment(payment_id, bank, coin_id, shop_bank, account, amount) VALUES($1, $2, $3, $4, $5, $6)",
        promise.Payment, promise.UserBank, promise.Coin, promise.ShopBank, promise.Account, promise.Y);

    public static UnpaidClaim? FindUnpaid(IReadSnapshot db, PaymentId payment) => db.First($"{Select} payment_id = $1", Read, payment);

    /// <summary>What the bank has booked, and no shop was credited for yet.</summary>
    public static List<UnpaidClaim> Booked(IReadSnapshot db, PartyId bank) => db.Query(
        $"""
        {Select} bank = $1 AND number <= (SELECT acknowledged FROM bank WHERE id = $1)
            AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = $1 AND k.number = claim_payment.number AND k.outcome <> 0)
        ORDER BY number, payment_id
        """,
        Read, bank);

    /// <summary>Promises of that coin that were claimed in this cycle are in the instruction of that number.</summary>
    public static int Instructed(IWriteTransaction db, PartyId bank, CoinId coin, ulong number) => db.Execute(
        "UPDATE claim_payment SET number = $3 WHERE bank = $1 AND coin_id = $2 AND number IS NULL",
        bank, coin, number);

    /// <summary>So much of the claim goes back to claims.</summary>
    public static void GiveBack(IWriteTransaction db, PaymentId payment, Amount part) => db.Execute(
        "UPDATE claim_payment SET amount = amount - $2, restored = restored + $2 WHERE payment_id = $1",
        payment, part);

    /// <summary>The shop is credited.</summary>
    public static void MarkPaid(IWriteTransaction db, PaymentId payment, Timestamp now) =>
        db.Execute("UPDATE claim_payment SET paid = $2 WHERE payment_id = $1", payment, now);

    /// <summary>Claimed and not paid: goes into clearing, or will, and does not come out of it yet.</summary>
    public static Amount UnderWay(IReadSnapshot db) =>
        db.Sum("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM claim_payment WHERE paid IS NULL");

    private static UnpaidClaim Read(DbDataReader r) => new(r.Payment(0), r.Party(1), r.Coin(2), r.Party(3), r.Digest(4), r.Money(5));

    /// <summary>Forgets a piece of the paid promises of forgotten coins, after their instruction.</summary>
    public static int ForgetPaid(IWriteTransaction db) => db.Execute(
        """
        DELETE FROM claim_payment WHERE payment_id IN (
            SELECT p.payment_id FROM claim_payment p WHERE paid IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM trace_case c WHERE c.coin_id = p.coin_id)
                AND NOT EXISTS (SELECT 1 FROM instruction i WHERE i.bank = p.bank AND i.number = p.number) LIMIT $1)
        """,
        Forgotten.Piece);
}
