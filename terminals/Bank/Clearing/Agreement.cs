namespace HierCash.Bank;

/// <summary>
/// How far this bank and the issuer are with each other (R27): the first thing of each visit, and the first thing that a bank says after
/// its start. A bank that is shown a position of its own which it has not given yet was restored from an older copy: it stops, until a
/// person has it recover.
/// </summary>
internal sealed class Agreement(
    PartyId bank, Database store, ICashSuite suite, ISigningKey key, Scheme scheme, ILink issuer, TimeProvider clock)
{
    /// <summary>For whoever asks a bank that is behind.</summary>
    public const string Stopped = "This bank was restored from an older copy and does not know what it did since. Ask again after its "
        + "people have run 'hiercash-bank recover'.";

    /// <summary>For the people of a bank that is behind.</summary>
    public static Refused RunRecover { get; } = new(Outcome.StandsStill,
        "This bank's database is an older copy: the issuer has the bank's own signed word of a later visit. Stop 'serve' and run "
            + "'hiercash-bank recover'; nothing is issued, deposited or booked before.");

    /// <summary>For the people of a bank that is said to be behind, by a word under no key that its database has.</summary>
    public const string NameLostKey =
        "If this bank's database was put back to a copy from before its newest key, stop 'serve' and name that key: 'hiercash-bank recover "
            + "--lost-key PUBLICKEY', as 'new-key' said it. Else ask the issuer.";

    private volatile bool _agreed;

    /// <summary>
    /// The issuer's certificates were compared for the next agreement: an issuer that does not know a key of its own would not know its own
    /// word (R27).
    /// </summary>
    private volatile bool _compared;

    /// <summary>Since when this bank knows that it was restored from an older copy; null if it was not, or has recovered.</summary>
    public static Timestamp? BehindSince(IReadSnapshot db) => BehindTable.Since(db);

    /// <summary>Since when the issuer says that this bank is behind, and is not believed; null once the two agree.</summary>
    public static Timestamp? Disbelieved(IReadSnapshot db) => DisbelievedTable.Since(db);

    /// <summary>The same as <see cref="Ensure"/>; false where the issuer cannot be reached.</summary>
    public async ValueTask<bool> HasAgreed(CancellationToken cancel)
    {
        try
        {
            return await Ensure(cancel);
        }
        catch (LinkException)
        {
            return false;
        }
    }

    /// <summary>
    /// True once the two agree since this process began; asked now if it was not yet. Why not is stored, and the next visit says it.
    /// </summary>
    public async ValueTask<bool> Ensure(CancellationToken cancel) =>
        store.Read(BehindSince) is null && (_agreed || await Visit(cancel) is null);

    /// <summary>Fetches the issuer's certificates, and shows it those of its own that it lacks.</summary>
    public async ValueTask Compare(ILink over, CancellationToken cancel)
    {
        await CertificateStore.Fetch(store, scheme, suite, over, cancel);
        _compared = true;
    }

    /// <summary>Says how far this bank is, and hears how far the issuer is.</summary>
    /// <returns>Why the two do not agree: who is behind, or what was wrong with the answer. Null where they do.</returns>
    public async ValueTask<Refused?> Visit(CancellationToken cancel)
    {
        if (!_compared)
        {
            try
            {
                await Compare(issuer, cancel);
            }
            catch (LinkException)
            {
                // An issuer that gives no certificates keeps no other step from running (R8). One that cannot be reached does not agree
                // either.
            }
        }

        _compared = false;
        return await Exchange(isRestored: false, 0, cancel);
    }

    /// <summary>This bank was restored, knows again what it can know, and goes on with a number beyond its own later word.</summary>
    public async ValueTask<Refused?> Recovered(ulong after, CancellationToken cancel)
    {
        if (await Exchange(isRestored: true, after, cancel) is { } refused)
        {
            return refused;
        }

        store.Write(BehindTable.End);
        return null;
    }

    private async ValueTask<Refused?> Exchange(bool isRestored, ulong after, CancellationToken cancel)
    {
        _agreed = false;
        var heard = store.Read(db => PositionTable.Newest(db, PositionRole.Issuer));
        var next = Next(isRestored, after, cancel);
        var answer = (await issuer.Ask(new AgreeMessage(next, heard), cancel))
            .ToResult("The issuer does not say how far it is with this bank.");
        if (!answer.Has(out var reply))
        {
            return answer.Refused;
        }

        var said = reply.Position;
        if (said.Role == PositionRole.Bank)
        {
            bool own = IsOwn(said);
            store.Write(db => Behind(db, said, own));
            return store.Read(BehindSince) is not null ? RunRecover : new Refused(Outcome.StandsStill, $"The issuer says that this bank is "
                + $"behind, and shows no word of this bank that says so. It is not believed. {NameLostKey}");
        }

        bool its = said.Issuer == scheme.Issuer && said.Bank == bank
            && await CertificateStore.Signed(store, scheme, suite, issuer, () => scheme.IsStatement(k => said.Verify(suite, k)), cancel);
        if (!its)
        {
            store.Write(db => AlarmTable.Raise(db, Timestamp.Now(clock), BankAlarms.PositionNotSigned, next.Number));
            return Refused.ByPeer("What the issuer says of how far it is with this bank is not signed by it.");
        }

        // Its next position has a higher number than the one that it was just shown, whoever else of this bank asks it at the same time.
        bool behind = heard is not null && (
            said.Number <= heard.Number || said.Instruction < heard.Instruction || said.Statement < heard.Statement) && !said.IsRestored;
        if (behind)
        {
            store.Write(db => AlarmTable.Raise(db, Timestamp.Now(clock), BankAlarms.IssuerBehind, said.Number));
            return new Refused(Outcome.StandsStill, $"The issuer was restored from an older copy: it says that it has signed "
                + $"{said.Instruction} instructions for this bank, and has signed that it had signed {heard!.Instruction}. Nothing is "
                + $"taken from it before it has recovered.");
        }

        store.Write(db =>
        {
            PositionTable.Keep(db, said);
            PositionTable.MarkAnswered(db, next.Number);
            DisbelievedTable.End(db);
        });
        if (said.IsRestored)
        {
            return await GiveBack(said, cancel) ?? new Refused(Outcome.StandsStill,
                "The issuer recovers from an older copy, and has what this bank had of it. It goes on once all banks have been there.");
        }

        _agreed = true;
        return null;
    }

    /// <summary>Gives an issuer that was restored what it had signed for this bank since.</summary>
    private async ValueTask<Refused?> GiveBack(Position since, CancellationToken cancel)
    {
        // By this bank's clock, where that date is of the issuer's: each may have been wrong by the tolerance.
        var from = since.Date.Minus((2 * scheme.Terms.ClockTolerance) + TimeSpan.FromDays(1));
        var issued = store.Read(db => WithdrawalTable.IssuedSince(db, from))
            .ConvertAll(w => (Asked: Ask(w.Order.FaceValue, w.Order.Currency, w.Order.Key, w.Order.EI), w.EK));

        // Also what this bank got back itself, and of which nobody has shown the order yet: whenever it was issued.
        var unordered = store.Read(RecoveredTable.All).ConvertAll(w => (Asked: Ask(w.FaceValue, scheme.Terms.Currency, w.Key, w.EI), w.EK));
        issued.AddRange(unordered);
        var transfers = store.Read(db => InstructionTable.After(db, since.Instruction));
        var statements = store.Read(db => StatementTable.After(db, since.Statement));
        foreach (var words in issued.Chunk(ReturnMessage.Max).Select(part => new ReturnMessage(false, [.. part], [], []))
            .Concat(transfers.Chunk(ReturnMessage.Max).Select(part => new ReturnMessage(false, [], [.. part], [])))
            .Concat(statements.Chunk(ReturnMessage.Max).Select(part => new ReturnMessage(false, [], [], [.. part])))
            .Append(new ReturnMessage(true, [], [], [])))
        {
            var taken = (await issuer.Ask(words, cancel)).ToResult("The issuer does not take back what it had signed.");
            if (taken.Refused is { } refused)
            {
                return refused;
            }
        }

        // It has forgotten which coins of lost cards it cancelled: they are reported again.
        store.Write(db => CancellationTable.Reopen(db, from));
        return null;
    }

    /// <summary>The bank's request for a withdrawal, signed anew: E_I and X, and never U.</summary>
    private IssueRequest Ask(Amount faceValue, Currency currency, KeyId keyId, byte[] ei)
    {
        var now = Timestamp.Now(clock);
        var request = new IssueRequest(bank, faceValue, currency, keyId, ei, now, []);
        return request with { Signature = key.Sign(SignedMessage.IssueRequest(bank, faceValue, currency, keyId, request.Request, now)) };
    }

    /// <summary>This bank's next position, on its disk before it leaves; or the last one, if that was not answered.</summary>
    private Position Next(bool isRestored, ulong after, CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        Position next = null!;
        store.WriteMade(db => Draw(db, isRestored, after, now), drawn =>
        {
            if (drawn.Signature.Length > 0 && drawn.Verify(suite, key.PublicKey))
            {
                next = drawn;
                return null;
            }

            // The bank may have another key since: the same word under that one, or its issuer would never hear it.
            next = Position.Sign(key, drawn);
            return db =>
            {
                bool same = IsSame(Draw(db, isRestored, after, now), drawn);
                if (same)
                {
                    PositionTable.Keep(db, next);
                }

                return same;
            };
        }, cancel);
        return next;
    }

    private static bool IsSame(Position one, Position other) =>
        SignedMessage.Position(one).AsSpan().SequenceEqual(SignedMessage.Position(other));

    /// <summary>
    /// What the bank says next, not signed yet. What was not answered it says again, the same bytes: so a copy does not catch up with what
    /// it has forgotten by asking often.
    /// </summary>
    private Position Draw(IReadSnapshot db, bool isRestored, ulong after, Timestamp now) =>
        isRestored || PositionTable.Unanswered(db) is not { } unanswered
            ? new Position(PositionRole.Bank, scheme.Issuer, bank,
                Math.Max(after, PositionTable.Newest(db, PositionRole.Bank)?.Number ?? 0) + 1, InstructionTable.Last(db),
                Math.Max(StatementTable.LastNumber(db), ForgottenTable.LastStatement(db)),
                (ulong)(WithdrawalTable.CountIssued(db) + RecoveredTable.TallyAll(db).Count + ForgottenTable.CountIssued(db)), isRestored,
                now, [])
            : unanswered;

    /// <summary>Whether this bank has signed it, with any key of its own.</summary>
    private bool IsOwn(Position said) =>
        said.Issuer == scheme.Issuer && said.Bank == bank
            && store.Read(db => BankKeys.Own(db, suite)).Exists(k => said.Verify(suite, k));

    /// <summary>The bank is behind only if its own signature says so: a position that it has given, and does not know of.</summary>
    private bool Behind(IWriteTransaction db, Position said, bool own)
    {
        var mine = PositionTable.Newest(db, PositionRole.Bank)!;
        bool isLater = said.Number > mine.Number || (said.Number == mine.Number && !IsSame(said, mine));
        if (own && isLater)
        {
            // What was not believed, while its key was not known, was true.
            AlarmTable.Clear(db, BankAlarms.FalselyBehind, said.Number);
            DisbelievedTable.End(db);
            BehindTable.Note(db, Timestamp.Now(clock), said);
        }

        // Two visits of this bank at the same time may overtake each other: that is no lie.
        bool overtaken = own && said.Number == mine.Number;
        if (!(own && isLater) && !overtaken)
        {
            AlarmTable.Raise(db, Timestamp.Now(clock), BankAlarms.FalselyBehind, said.Number);
            DisbelievedTable.Note(db, Timestamp.Now(clock));
        }

        return own && isLater;
    }
}
