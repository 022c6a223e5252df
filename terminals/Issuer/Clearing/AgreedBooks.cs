using System.Collections.Concurrent;

namespace HierCash.Issuer;

/// <summary>
/// How far the issuer and each bank are with each other (R27). After every start it signs nothing numbered for a bank until that bank has
/// visited and agrees. An issuer that is shown a position of its own which it has not given yet was restored from an older copy: it stops,
/// until a person has it recover.
/// </summary>
internal sealed class AgreedBooks(Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms,
    TimeProvider clock)
{
    /// <summary>For whoever asks an issuer that is behind.</summary>
    public const string Stopped = "The issuer was restored from an older copy and does not know what it did since. Ask again later: its "
        + "people run 'hiercash-issuer recover', and then each bank has to visit it.";

    /// <summary>For the people of an issuer that is behind.</summary>
    public const string RunRecover =
        "This issuer's database is an older copy: others have the issuer's own signed word of later, of a visit, a payment or a key. "
        + "Stop 'serve', run 'hiercash-issuer recover', and serve again; nothing is signed or settled before.";

    /// <summary>Words to one bank that a copy may lack: more visits than a bank makes in the age of a backup.</summary>
    private const ulong NumbersAhead = 1_000_000_000;

    /// <summary>Banks that have agreed since this process began.</summary>
    private readonly ConcurrentDictionary<PartyId, bool> _agreed = new();

    /// <summary>True if something numbered may be signed for that bank.</summary>
    public bool IsAgreed(PartyId bank) => _agreed.ContainsKey(bank);

    /// <summary>
    /// True if all banks have agreed: then this issuer is no older copy, as far as anybody can show. One that was left out has shown all
    /// that it will; what it keeps back is honoured.
    /// </summary>
    public bool IsAgreedByAll(IReadSnapshot db)
    {
        var banks = BankTable.Valid(db);
        var heeded = banks.Except(RecoveryTable.In(db, RecoveryState.Away)).ToList();
        return (heeded.Count > 0 || banks.Count == 0) && heeded.TrueForAll(_agreed.ContainsKey);
    }

    /// <summary>Since when the issuer knows that it was restored from an older copy; null if it was not, or has recovered.</summary>
    public static Timestamp? BehindSince(IReadSnapshot db) => BehindTable.Since(db);

    /// <summary>A bank says how far it is, shows the issuer's own newest word, and hears how far the issuer is.</summary>
    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || store.Read(db => BankTable.Find(db, peer.Id)) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, "Only banks say how far they are, each for itself.");
        }

        if (request.As<AgreeMessage>() is not ({ } own, var heard))
        {
            return Refuse(RefusalReason.Malformed, "The bank's position is malformed.");
        }

        bool its = own.Role == PositionRole.Bank && own.Issuer == issuer && own.Bank == bank.Id && own.Verify(suite, bank.Key);
        if (!its)
        {
            return Refuse(RefusalReason.BadSignature, "The position is not signed by this bank's key.");
        }

        // What is not signed by this issuer proves nothing against it.
        bool ours = heard is not null && heard.Role == PositionRole.Issuer && heard.Issuer == issuer && heard.Bank == bank.Id
            && keys.IsStatement(k => heard.Verify(suite, k));
        return store.Write(db => Answer(db, bank.Id, own, ours ? heard : null, Timestamp.Now(clock)));
    }

    /// <summary>True of what a bank dated with the time that is now here, too: their clocks agree (rule R26).</summary>
    public bool IsDatedNow(LinkMessage request, Timestamp now)
    {
        var signed = request.Type switch
        {
            MessageType.Agree => request.As<AgreeMessage>()?.Own.Date,
            MessageType.Issue or MessageType.Withhold => IssueMessage.RequestOf(request)?.Date,
            _ => null,
        };
        if (signed is not { } date)
        {
            return false;
        }

        return date <= now.Plus(terms.ClockTolerance) && now <= date.Plus(terms.ClockTolerance);
    }

    private LinkMessage Answer(IWriteTransaction db, PartyId bank, Position own, Position? heard, Timestamp now)
    {
        _agreed.TryRemove(bank, out _);

        var last = PositionTable.Newest(db, bank, PositionRole.Issuer);
        bool staysAway = IssuerRecovery.StaysAway(db, bank);
        if (heard is not null && heard.Number > (last?.Number ?? 0) && !staysAway)
        {
            BehindTable.Note(db, heard, now);
            Alarms.Raise(db, Alarms.Restored, bank, 0, now);
        }

        bool isBehind = BehindSince(db) is not null;
        if ((isBehind || staysAway) && RecoveryTable.AwaitedSince(db, bank) is { } since)
        {
            // Each bank that gives back is told where this copy ends, under a number beyond what it may have heard: what the issuer had
            // said before it recovers from now. Nobody keeps some of it back, to stop it once more, and it needs no clock to tell. Once:
            // numbers have an end, too.
            bool isTold = last is { IsRestored: true } && last.Date == since && (heard?.Number ?? 0) <= last.Number;
            return new AgreeReply(Next(
                db, bank, isRestored: true, since, Math.Max(heard?.Number ?? 0, last?.Number ?? 0) + (isTold ? 0 : NumbersAhead)))
                .ToMessage();
        }

        if (isBehind)
        {
            return Refuse(RefusalReason.Unavailable, Stopped);
        }

        var before = PositionTable.Newest(db, bank, PositionRole.Bank);
        bool isOlder = before is not null && (
            own.Number < before.Number || (own.Number == before.Number
                && !SignedMessage.Position(before).AsSpan().SequenceEqual(SignedMessage.Position(own))));
        if (isOlder)
        {
            Alarms.Raise(db, Alarms.BankRestored, bank, 0, now);
            return new AgreeReply(before!).ToMessage();
        }

        if (own.IsRestored)
        {
            Alarms.Raise(db, Alarms.BankRestored, bank, 0, now);
            TakeBack(db, own);
        }

        PositionTable.Keep(db, own);
        var next = Next(db, bank, isRestored: false, now, heard?.Number ?? 0);
        _agreed[bank] = true;
        return new AgreeReply(next).ToMessage();
    }

    /// <summary>
    /// A bank that was restored gets again what comes after its copy, the same bytes: nothing is signed anew, so who only says so gets
    /// nothing by it. What it had parked after that it parks again, or books; its cases it is told again.
    /// </summary>
    private static void TakeBack(IWriteTransaction db, Position own)
    {
        BankTable.SetBack(db, own.Bank, own.Instruction, own.Statement);
        ParkedInstructions.Forgotten(db, own.Bank, own.Instruction);
        MarkTable.SetBack(db, own.Bank, own.Instruction, own.Statement);
        TraceCaseTable.TellAgain(db, own.Bank);
    }

    /// <summary>The issuer's next position for a bank, in its store before it leaves.</summary>
    private Position Next(IWriteTransaction db, PartyId bank, bool isRestored, Timestamp now, ulong after = 0)
    {
        var has = Has(db, bank);
        var next = Position.Sign(keys.Statement, new Position(
            PositionRole.Issuer, issuer, bank, Math.Max(after, PositionTable.Newest(db, bank, PositionRole.Issuer)?.Number ?? 0) + 1,
            has.Instruction, has.Statement, has.Issued, isRestored, now, []));
        PositionTable.Keep(db, next);
        return next;
    }

    /// <summary>What there is of a bank: its last instruction, its last statement, and how many withdrawals were issued to it.</summary>
    public static (ulong Instruction, ulong Statement, ulong Issued) Has(IReadSnapshot db, PartyId bank) =>
        (BankTable.NextInstruction(db, bank) - 1, StatementTable.LastNumber(db, bank), IssuanceTable.IssuedTo(db, bank));
}
