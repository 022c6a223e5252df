using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A signed statement of each bank's circulation, once a day; each holds the digest of the one before.</summary>
internal sealed class CirculationStatements(Database store, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement, TimeProvider clock)
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
            foreach (var bank in Registry.All(db).FindAll(b => agreement.IsAgreed(b.Id)))
            {
                var last = db.First(
                    "SELECT statement FROM audit_statement WHERE bank = $1 ORDER BY number DESC LIMIT 1", r => CirculationStatement.Decode(r.Bytes(0))!, (long)bank.Id.Value);
                // One of a day that is still to come was signed by a clock that was ahead: the next one says what is true today (rule R26).
                bool said = last is not null && now < last.Date.Plus(Every) && last.Date <= now.Plus(terms.ClockTolerance);
                Switches.Off("statement daily", ref said);
                if (said)
                {
                    continue;
                }

                var next = CirculationStatement.Sign(
                    keys.Statement, issuer, (last?.Number ?? 0) + 1, bank.Id, terms.Currency, bank.Circulation, now, last?.Digest ?? default);
                db.Execute("INSERT INTO audit_statement(bank, number, statement) VALUES($1, $2, $3)", (long)bank.Id.Value, (long)next.Number, next.Encode());
                made++;
            }

            return made;
        });
    }

    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks fetch statements, each its own.").ToMessage();
        }

        return request.As<AuditStatementsMessage>()?.After is { } after
            ? LinkBody.Kept<AuditStatementsReply>(store.Write(db => After(db, peer.Id, after)))
            : new Refusal(RefusalReason.Malformed, "The request for statements is malformed.").ToMessage();
    }

    /// <summary>What comes after the last statement that the bank has; it has all before.</summary>
    private static List<byte[]> After(IWriteTransaction db, PartyId bank, ulong after)
    {
        db.Execute(
            "UPDATE bank SET told = max(told, min($2, (SELECT coalesce(max(number), 0) FROM audit_statement WHERE bank = $1))) WHERE id = $1", (long)bank.Value, (long)after);
        return db.Query(
            "SELECT statement FROM audit_statement WHERE bank = $1 AND number > $2 ORDER BY number LIMIT $3", r => r.Bytes(0), (long)bank.Value, (long)after, (long)MaxStatements);
    }
}
