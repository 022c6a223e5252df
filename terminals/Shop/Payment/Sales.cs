namespace HierCash.Shop;

/// <summary>What a till does to a sale and to its coin payments together, in one transaction of the caller's.</summary>
internal static class Sales
{
    /// <summary>
    /// Of coins whose key this till does not know, the S_W of so many payments at most is on offer: anybody makes such coins.
    /// </summary>
    private const int MostOfUnknownKeys = 16;

    /// <summary>A new sale under a TIME that this till never used: the clock's, or the last plus one (hole 8).</summary>
    public static Sale Begin(IWriteTransaction db, Amount y, Timestamp now)
    {
        long time = Math.Max(now.ToLedger(), TillTable.LastTime(db).ToLedger() + 1);
        var sale = new Sale(Timestamp.FromLedger(time), y, SaleState.Open);
        TillTable.SetLastTime(db, sale.Time);
        SaleTable.Begin(db, sale);
        return sale;
    }

    /// <param name="until">After that moment its S_W is offered to no card and to nobody else.</param>
    /// <param name="isUnknown">The coin is signed with no key that this till knows.</param>
    public static void Hold(IWriteTransaction db, CashPayment h, Timestamp until, bool isUnknown)
    {
        CoinPaymentTable.Hold(db, h, until, isUnknown);
        if (isUnknown)
        {
            CoinPaymentTable.DropOlderOfUnknownKeys(db, MostOfUnknownKeys);
        }
    }

    /// <summary>OK is said, and that stays known whatever becomes of the sale.</summary>
    public static void Accept(IWriteTransaction db, Timestamp time)
    {
        SaleTable.Accept(db, time);
        CoinPaymentTable.Queue(db, time);
    }

    /// <summary>
    /// Marks the sale as never to be sent, for good; only then may S_W leave (hole 2). What may have been sent has to be taken back at the
    /// issuer first.
    /// </summary>
    /// <param name="sign">Gives S_W, 64 bytes.</param>
    /// <returns>False, and nothing is changed, where it was accepted beside this: OK was said.</returns>
    public static bool Cancel(IWriteTransaction db, Timestamp time, Func<CashPayment, byte[]> sign)
    {
        var state = SaleTable.Find(db, time)!.State;
        if (state is SaleState.Accepted or SaleState.Kept)
        {
            return false;
        }

        bool waits = Void(db, time, p => p.State == CoinPaymentState.Held, sign).Count > 0;
        SaleTable.SetState(db, time, waits || state == SaleState.Refunded ? SaleState.Refunded : SaleState.GivenUp);
        return true;
    }

    /// <summary>A refund begins: what never left the till will never be sent; the rest waits for the issuer's word.</summary>
    /// <param name="sign">Gives S_W, 64 bytes.</param>
    /// <returns>What waits; null, and nothing is changed, if there is nothing to take back.</returns>
    public static List<CoinPayment>? BeginRefund(IWriteTransaction db, Timestamp time, Func<CashPayment, byte[]> sign) =>
        SaleTable.BeginRefund(db, time) ? Void(db, time, p => p.SW is null, sign) : null;

    /// <summary>
    /// A payment that this till had submitted, as the issuer has it (R27). Who was not told OK had it taken back: so one that counts was
    /// accepted, whatever this copy says. What is taken back has the issuer's word, so S_W may leave again.
    /// </summary>
    /// <param name="until">After that moment its S_W is offered to no card.</param>
    /// <param name="sign">Gives S_W, 64 bytes.</param>
    /// <returns>True if the copy did not know it.</returns>
    public static bool Restore(IWriteTransaction db, SubmittedPayment paid, Timestamp until, CoinPaymentState state,
        Func<CashPayment, byte[]> sign)
    {
        var h = paid.H;
        bool known = CoinPaymentTable.IsKnown(db, h.Id);
        TillTable.RaiseLastTime(db, h.Time);
        SaleTable.Restore(db, h.Time);
        if (!known)
        {
            Hold(db, h, until, isUnknown: false);
            SaleTable.RaiseAmount(db, h.Time);
        }

        CoinPaymentTable.RestoreSent(db, h.Id);
        if (paid.Reversal is { } reversal)
        {
            CoinPaymentTable.Reverse(db, h.Id, reversal.Encode(), sign(h));
            SaleTable.RestoreRefund(db, h.Time);
        }
        else
        {
            Submissions.Record(db, h.Id, state, paid.Receipt);
            SaleTable.RestoreAccepted(db, h.Time);
        }

        return !known;
    }

    /// <summary>It knows again what it had submitted, and goes on.</summary>
    public static int Recovered(IWriteTransaction db)
    {
        if (BehindTable.Date(db) is { } date)
        {
            TillTable.RaiseSubmitted(db, date);
        }

        return BehindTable.Clear(db);
    }

    /// <returns>Those without S_W then: they may have been sent.</returns>
    private static List<CoinPayment> Void(IWriteTransaction db, Timestamp time, Func<CoinPayment, bool> which,
        Func<CashPayment, byte[]> sign)
    {
        var payments = CoinPaymentTable.Of(db, time);
        foreach (var payment in payments.Where(p => which(p) && !p.WasSent))
        {
            CoinPaymentTable.Void(db, payment.H.Id, sign(payment.H));
        }

        return payments.FindAll(p => p.SW is null && (p.WasSent || !which(p)));
    }
}
