namespace HierCash.Bank;

/// <summary>What a bank that was restored from a copy knows again.</summary>
/// <param name="Withdrawals">Issued before, and known to this bank by its own signed request alone: their accounts are not known.</param>
/// <param name="Total">What these come to: it is in suspense.</param>
public sealed record BankRecovery(int Withdrawals, Amount Total, int Shops);

/// <summary>
/// A bank that was restored from a copy (R27): the issuer tells it what was issued at its own signed request, and who its shops are;
/// instructions come again by themselves. Whose a withdrawal was the issuer does not know: it stays in suspense until its holder's wallet
/// shows the order that the account key signed.
/// </summary>
internal sealed class Recovery(PartyId bank, Database store, ICashSuite suite, Scheme scheme, ILink issuer, Agreement agreement,
    TimeProvider clock)
{
    /// <summary>True while there are withdrawals whose order nobody has shown. Of what is not covered the order is known.</summary>
    public static bool IsAwaiting(IReadSnapshot db) => RecoveredTable.TallyUnordered(db).Count > 0;

    /// <returns>Refused where this bank was not restored, or the issuer gives no answer.</returns>
    public async ValueTask<Result<BankRecovery>> Run(CancellationToken cancel)
    {
        if (store.Read(BehindTable.Proof) is not { } proof)
        {
            return new Refused(Outcome.NotFound,
                "This bank's database is no older copy, as far as the issuer's last answer shows. There is nothing to recover.");
        }

        var known = await Shops(cancel);
        if (!known.Has(out int shops))
        {
            return known.Refused!;
        }

        int withdrawals = 0;
        var total = Amount.Zero;
        ulong after = 0;
        while (true)
        {
            var answer = (await issuer.Ask(new IssuedMessage(after), cancel)).ToResult("The issuer does not say what it issued.");
            if (!answer.Has(out var reply))
            {
                return answer.Refused!;
            }

            var issued = reply.Issued;
            if (issued.Count == 0)
            {
                break;
            }

            foreach (var one in issued.Where(IsOurs))
            {
                var issuedOne = new RecoveredWithdrawal(one.Asked.FaceValue, one.Asked.Key, one.Asked.EI, one.EK);
                if (store.Write(db => Take(db, one.Asked.Request, issuedOne, Timestamp.Now(clock))))
                {
                    withdrawals++;
                    total += one.Asked.FaceValue;
                }
            }

            ulong last = issued.Max(i => i.Row);
            if (last <= after)
            {
                return Refused.ByPeer("The issuer says again what it said before.");
            }

            after = last;
        }

        return await agreement.Recovered(proof.Number, cancel) is { } refused ? refused : new BankRecovery(withdrawals, total, shops);
    }

    private async ValueTask<Result<int>> Shops(CancellationToken cancel)
    {
        var answer = (await issuer.Ask(new ShopsOfBankMessage(), cancel)).ToResult("The issuer does not say which shops this bank has.");
        return answer.Has(out var reply)
            ? store.Write(db => reply.Shops.Where(s => PlainText.NameFault(s.Name, EnrolmentRequest.MaxNameSize) is null)
                .Count(s => ShopAccountTable.OpenAgain(db, s.Account, s.Name)))
            : answer.Refused!;
    }

    /// <summary>Only what this bank has asked for under its own signature is its debt.</summary>
    private bool IsOurs(IssuedWithdrawal one) =>
        one.Asked.Bank == bank && one.Asked.Currency == scheme.Terms.Currency
            && store.Read(db => BankKeys.Own(db, suite)).Exists(k => one.Asked.Verify(suite, k));

    /// <summary>False where the books have it: as ended, or as under way, which then ends.</summary>
    public static bool Take(IWriteTransaction db, WithdrawalId request, RecoveredWithdrawal one, Timestamp now)
    {
        if (WithdrawalTable.Find(db, request) is not null)
        {
            WithdrawalTable.Conclude(db, request, one.EK, null, now);
            return false;
        }

        // What was forgotten after its terms the ledger still has.
        if (Ledger.Has(db, LedgerTransaction.Withdrawal(request))
            || !Ledger.Move(db, now, LedgerTransaction.Recovered(request), LedgerAccount.Suspense, LedgerAccount.Float, one.FaceValue))
        {
            return false;
        }

        RecoveredTable.Add(db, request, one, now);
        return true;
    }

    /// <summary>True if this was issued before the bank was restored, and waits for this order.</summary>
    public static bool Awaits(IReadSnapshot db, WithdrawalOrder order) =>
        RecoveredTable.Find(db, order.Request)?.FaceValue == order.FaceValue;

    /// <summary>True if this was issued before the bank was restored, and went to the account whose order was shown first.</summary>
    public static bool WasAssigned(IReadSnapshot db, WithdrawalId request) => Ledger.Has(db, LedgerTransaction.Assigned(request));

    /// <summary>The order turns up: its account bears the withdrawal, as it did before.</summary>
    /// <returns>Null, or why not: the account's balance is an older one, too.</returns>
    public static Refusal? Assign(IWriteTransaction db, WithdrawalOrder order, Timestamp now)
    {
        var request = order.Request;
        var user = LedgerAccount.User(Replacement.Present(db, order.User));
        if (Ledger.Balance(db, user) < order.FaceValue.ToLedger())
        {
            // Kept: the account withdraws nothing else before it covers what it had.
            OwedTable.Add(db, order);
            string amount = order.FaceValue.Show(order.Currency);
            return new Refusal(
                RefusalReason.InsufficientFunds,
                $"Order {order.Number} of this account, of {amount}, is from before the bank was restored from a copy. It was shown, and "
                    + $"the account does not cover it. Pay in, then try again.");
        }

        var ek = RecoveredTable.Find(db, request)!.EK;
        WithdrawalTable.Add(db, order, now);
        WithdrawalTable.Conclude(db, request, ek, null, now);
        Ledger.Move(db, now, LedgerTransaction.Withdrawal(request), user, LedgerAccount.Float, order.FaceValue);
        Ledger.Move(db, now, LedgerTransaction.Assigned(request), LedgerAccount.Float, LedgerAccount.Suspense, order.FaceValue);
        RecoveredTable.Remove(db, request);
        OrderBook.Bind(db, order, now);
        return null;
    }
}
