namespace HierCash.Bank;

/// <summary>A payment of which the bank has S_W, and since when it brings that to the issuer.</summary>
internal sealed record BroughtVoid(CashPayment H, Timestamp Since);

/// <summary>{H, S_W} of what accused holders showed, for the issuer, with its reversals (rules R3, R4).</summary>
internal static class VoidTable
{
    /// <summary>The payments of that coin of which S_W goes, or went, to the issuer.</summary>
    public static List<BroughtVoid> Of(IReadSnapshot db, CoinId coin) => db.Query(
        "SELECT message, since FROM void_message WHERE coin_id = $1 ORDER BY payment_id",
        r => new BroughtVoid(Read(r.Bytes(0)).As<BankVoidMessage>()!.Voided.H, r.Date(1)), coin);

    /// <summary>Nothing happens where the payment's S_W goes already.</summary>
    public static void Add(IWriteTransaction db, CashPayment h, VoidStatement statement, Timestamp now) => db.Execute(
        "INSERT INTO void_message(payment_id, coin_id, message, since) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        h.Id, h.Coin.Id, new BankVoidMessage(new(h, statement)).ToMessage().Body, now);

    /// <summary>What the issuer has not answered, in order of payment, as it is brought.</summary>
    public static List<(PaymentId Payment, CoinId Coin, LinkMessage Message)> Unanswered(IReadSnapshot db) => db.Query(
        "SELECT payment_id, coin_id, message FROM void_message WHERE answer IS NULL ORDER BY payment_id",
        r => (r.Payment(0), r.Coin(1), Read(r.Bytes(2))));

    /// <summary>The same: how many, and since when.</summary>
    public static Tally TallyUnanswered(IReadSnapshot db) =>
        Tally.Read(db, "SELECT count(*), 0, min(since) FROM void_message WHERE answer IS NULL");

    public static bool MarkAnswered(IWriteTransaction db, PaymentId payment, LinkMessage reversal) => Answer(db, payment, reversal.Body);

    /// <summary>The issuer refuses for good.</summary>
    public static bool MarkRefused(IWriteTransaction db, PaymentId payment) => Answer(db, payment, []);

    public static void Forget(IWriteTransaction db, CoinId coin) => db.Execute("DELETE FROM void_message WHERE coin_id = $1", coin);

    private static LinkMessage Read(byte[] kept) => LinkBody.Kept<BankVoidMessage>(kept);

    private static bool Answer(IWriteTransaction db, PaymentId payment, byte[] answer) =>
        db.Execute("UPDATE void_message SET answer = $2 WHERE payment_id = $1", payment, answer) > 0;
}
