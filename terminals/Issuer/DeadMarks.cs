using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>Payments that will never count, whoever brings them (holes 2 to 4): a mark in the table that settlement looks into, before anybody hears of it.</summary>
internal sealed class DeadMarks(IssuerKeys keys, PartyId issuer)
{
    /// <summary>The signed statement, or null where the payment is not dead.</summary>
    public static byte[]? Find(Database db, PaymentId payment) =>
        db.First("SELECT statement FROM dead_payment WHERE payment_id = ?1", r => r.Bytes(0), payment.Value.ToArray());

    /// <summary>Marks a payment that was never settled, and signs that it never will be.</summary>
    /// <param name="evidence">S_W, encoded, where there is one.</param>
    public byte[] Mark(Database db, CashPayment h, DeathBasis basis, byte[]? evidence, Timestamp now)
    {
        var statement = DeadStatement.Sign(keys.Statement, issuer, h, basis, now).Encode();
        db.Execute(
            "INSERT INTO dead_payment(payment_id, coin_id, seq, y, basis, date, void, statement, expiry) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            h.Id.Value.ToArray(), h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Paid.ToLedger(), (long)basis, now.ToLedger(),
            evidence, statement, (long)h.Coin.Terms.Expiry.Index);
        return statement;
    }
}
