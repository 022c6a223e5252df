namespace HierCash.Issuer;

/// <summary>
/// Pays what the guarantee promised, from the claims of the overspender's bank (hole 13). The shop's credit is signed only after that bank
/// acknowledged the ClaimDebit as booked, so that clearing never pays out what no bank paid in (R8).
/// </summary>
internal sealed class Claims(SchemeParameters terms, ExcessQueue queue, OverspendingCases desk)
{
    /// <summary>
    /// Claims promises that are due, and whose case the bank found proven. A bank that says otherwise, or nothing, for another disputeTerm
    /// is claimed from all the same if the dossier proves it: no bank keeps its claims by its own word. Of a coin with more payments than a
    /// dossier holds no more is claimed than those prove, the largest promises first: else the bank could book nothing, and no shop would
    /// be paid.
    /// </summary>
    /// <returns>Promises claimed.</returns>
    public int PayDue(IWriteTransaction db, Timestamp now)
    {
        int claimed = 0;
        foreach (var coin in GuaranteeTable.DueBy(db, now, terms.DisputeTerm).GroupBy(p => p.Coin))
        {
            var first = coin.First();
            var most = Most(db, first);
            var asked = InstructionTable.ClaimedWithCycle(db, first.UserBank, coin.Key);
            foreach (var promise in coin.Where(p => asked + p.Ahead <= most))
            {
                claimed++;
                Claim(db, promise);
            }
        }

        return claimed;
    }

    /// <summary>Coins with promises that are due, and of which their bank says otherwise, or nothing.</summary>
    public IEnumerable<CoinId> Doubted(IReadSnapshot db, Timestamp now) =>
        GuaranteeTable.DueBy(db, now, terms.DisputeTerm).Where(p => !p.IsFound).Select(p => p.Coin);

    private static void Claim(IWriteTransaction db, DuePromise promise)
    {
        TransferDeltaTable.Add(db, promise.UserBank, TransferKind.ClaimDebit, promise.Coin.Value, promise.Y);
        GuaranteeTable.MarkClaimed(db, promise.Payment);
        ClaimPaymentTable.Add(db, promise);
    }

    /// <summary>Most that may be claimed for the coin, by the newest dossier or one of now. Null: nothing proves anything.</summary>
    private Amount? Most(IReadSnapshot db, DuePromise of)
    {
        if (of.IsFound)
        {
            return of.Shown ?? desk.Shows(db, of.Coin);
        }

        return TraceCaseTable.Proven(db, of.Coin);
    }

    /// <summary>The bank has said up to where it booked: what it booked of claims reaches the shops with the next cycle.</summary>
    public void Acknowledged(IWriteTransaction db, PartyId bank, Timestamp now)
    {
        foreach (var claim in ClaimPaymentTable.Booked(db, bank))
        {
            Pay(db, claim, now);
        }
    }

    /// <summary>
    /// A promise is due no more, or only in part: its payment was taken back, or the coin pays for it after all. What was claimed for it
    /// and is not paid yet goes back to claims: the bank sets it off against the claim, if that is still parked. Where it is less than came
    /// free, all of it goes back, with an alarm.
    /// </summary>
    public static void Withdraw(IWriteTransaction db, PaymentId payment, Amount amount, Timestamp now)
    {
        var claim = ClaimPaymentTable.FindUnpaid(db, payment);
        if (claim is null || amount.IsZero)
        {
            return;
        }

        if (amount > claim.Amount)
        {
            Alarms.Raise(db, Alarms.ClaimTooSmall, claim.Coin, now);
        }

        var back = Amount.Min(amount, claim.Amount);
        ClaimPaymentTable.GiveBack(db, payment, back);
        if (!back.IsZero)
        {
            TransferDeltaTable.Add(db, claim.Bank, TransferKind.ClaimRestore, claim.Coin.Value, back);
        }
    }

    private void Pay(IWriteTransaction db, UnpaidClaim claim, Timestamp now)
    {
        ClaimPaymentTable.MarkPaid(db, claim.Payment, now);
        GuaranteeTable.MarkPaid(db, claim.Payment);
        if (!claim.Amount.IsZero)
        {
            TransferDeltaTable.Add(db, claim.ShopBank, TransferKind.ShopCredit, claim.Account, claim.Amount);

            // The shop is paid whether or not its payment is still remembered; only its receipt needs the row.
            if (HistoryTable.Find(db, claim.Payment) is { } row)
            {
                queue.Revise(db, row, row.Share with { Due = now }, now);
            }
        }
    }
}
