namespace HierCash.Issuer;

/// <summary>A signed statement of each bank's circulation, once a day; each holds the digest of the one before.</summary>
internal sealed class CirculationStatements(
    Database store, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement, TimeProvider clock)
{
    private const int MaxStatements = 366;
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <summary>Makes the statements that are due.</summary>
    public int RunDue()
    {
        var now = Timestamp.Now(clock);
        return store.Write(db =>
        {
            int made = 0;
            foreach (var bank in BankTable.All(db).FindAll(b => agreement.IsAgreed(b.Id)))
            {
                var last = StatementTable.Newest(db, bank.Id);
                // One of a day that is still to come was signed by a clock that was ahead: the next one says what is true today (rule R26).
                if (last is not null && now < last.Date.Plus(Every) && last.Date <= now.Plus(terms.ClockTolerance))
                {
                    continue;
                }

                var next = CirculationStatement.Sign(
                    keys.Statement, issuer, (last?.Number ?? 0) + 1, bank.Id, terms.Currency, bank.Circulation, now, last?.Digest
                        ?? default);
                StatementTable.Add(db, next);
                made++;
            }

            return made;
        });
    }

    /// <summary>What comes after the last statement that the bank has; it has all before.</summary>
    public LinkMessage Fetch(PartyId bank, ulong after) => LinkBody.Kept<AuditStatementsReply>(store.Write(db =>
    {
        BankTable.Told(db, bank, after);
        return StatementTable.After(db, bank, after, MaxStatements);
    }));
}
