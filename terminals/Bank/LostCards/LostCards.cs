namespace HierCash.Bank;

/// <summary>
/// Lost cards (hole 10): on the user's signed report the bank has every coin of that card cancelled; what is left of them comes back by
/// itself after their terms. Also keeps the issuer's daily statements, each of which has to continue the one before, and those that
/// contradict them.
/// </summary>
internal sealed class LostCards(
    PartyId bank, Database store, ICashSuite suite, ISigningKey key, Scheme scheme, ILink issuer, PeerClock issuersClock,
    TimeProvider clock, ICrashPoints crash)
{
    /// <summary>So many contradictions are kept for good: one is enough.</summary>
    private const long MostContradictions = 64;

    public async ValueTask<LinkMessage> Handle(LinkMessage request, CancellationToken cancel)
    {
        if (request.As<LostCardMessage>()?.Report is not { } report)
        {
            return Refuse(RefusalReason.Malformed, "The report is malformed.");
        }

        var reported = await Report(report, cancel);
        return reported.Has(out int cancelled) ? new LostCardReply((ulong)cancelled).ToMessage()
            : Refuse(RefusalReason.NotAllowed, reported.Refused!.Sentence);
    }

    /// <summary>Keeps the report, then cancels; what the issuer could not be asked is asked later.</summary>
    /// <returns>How many coins the issuer has cancelled so far.</returns>
    public async ValueTask<Result<int>> Report(LostCardReport report, CancellationToken cancel)
    {
        var account = store.Read(db => AccountTable.Find(db, report.User));
        bool holders = account is not null && report.Bank == bank && report.Verify(suite, account.Key);
        if (!holders)
        {
            return Refused.ByRule("The report is not signed by the card of an account at this bank.");
        }

        var now = Timestamp.Now(clock);
        store.Write(db =>
        {
            LostReportTable.Add(db, report, now);
            CancellationTable.AddAllOf(db, report.User);
        });
        crash.Reach(CrashPoints.LossReported);
        await Resume(cancel);
        return (int)store.Read(db => CancellationTable.CountCancelled(db, report.User));
    }

    /// <summary>Asks for every cancellation that is not answered yet.</summary>
    public async ValueTask Resume(CancellationToken cancel)
    {
        foreach (var request in store.Read(CancellationTable.Open))
        {
            LinkMessage reply;
            try
            {
                // A cancellation of a wrong day would let the finder pay on, or take honest payments from shops (rules R6, R26). The report
                // is kept, and goes on at the next visit.
                if (await issuersClock.Ask(issuer, cancel) is not null)
                {
                    return;
                }

                reply = await issuer.Call(
                    new CancelMessage(Cancellation.Sign(key, bank, request, Timestamp.Now(clock))).ToMessage(), cancel);
            }
            catch (LinkException)
            {
                return;
            }

            if (reply.As<CancelReply>()?.Date is { } date)
            {
                store.Write(db => CancellationTable.MarkCancelled(db, request, date));
            }
        }
    }

    /// <summary>True if the card of that account was reported as lost.</summary>
    public static bool IsLost(IReadSnapshot db, AccountId user) => LostReportTable.DateOf(db, user) is not null;

    /// <summary>Fetches the issuer's statements of this bank's circulation and keeps those that continue the chain.</summary>
    /// <returns>
    /// Refused, with an alarm, where a statement is not the issuer's for this bank, or contradicts an earlier one: both are then kept.
    /// </returns>
    public async ValueTask<Refused?> FetchStatements(CancellationToken cancel)
    {
        var last = store.Read(StatementTable.Last);
        LinkMessage reply;
        try
        {
            reply = await issuer.Call(new AuditStatementsMessage(last?.Number ?? 0).ToMessage(), cancel);
        }
        catch (LinkException)
        {
            return null;
        }

        foreach (var statement in reply.As<AuditStatementsReply>()?.Statements ?? [])
        {
            ulong due = (last?.Number ?? 0) + 1;
            bool ours = statement.Issuer == scheme.Issuer && statement.Bank == bank && statement.Currency == scheme.Terms.Currency;
            bool signed = await CertificateStore.Signed(
                store, scheme, suite, issuer, () => scheme.IsStatement(k => statement.Verify(suite, k)), cancel);
            if (!ours || !signed)
            {
                store.Write(db => AlarmTable.Raise(db, Timestamp.Now(clock), BankAlarms.StatementNotSigned, due));
                return Refused.ByPeer(
                    $"The statement of circulation {statement.Number} is not signed by the issuer for this bank. Nothing of it is kept.");
            }

            bool continues = statement.Number == due && statement.Previous == (last?.Digest ?? default);
            if (!continues)
            {
                store.Write(db => Contradict(db, statement, last, due));
                return Refused.ByRule($"The issuer's statement {statement.Number} does not continue the one before. Both are kept: they "
                    + $"prove that its books were changed.");
            }

            store.Write(db => StatementTable.Add(db, statement));
            last = statement;
        }

        return null;
    }

    /// <summary>
    /// Keeps a statement with the one that it contradicts: that of the same number, else the last. One that the bank has, or had, is only
    /// out of order.
    /// </summary>
    private bool Contradict(IWriteTransaction db, CirculationStatement statement, CirculationStatement? last, ulong due)
    {
        var now = Timestamp.Now(clock);
        var same = StatementTable.Find(db, statement.Number);
        bool differs = same is null ? statement.Number >= due : same.Digest != statement.Digest;
        if (differs && ContradictionTable.Count(db) < MostContradictions)
        {
            ContradictionTable.Add(db, statement, same ?? last, now);
        }

        AlarmTable.Raise(db, now, BankAlarms.StatementOutOfOrder, due);
        return true;
    }
}
