using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// After a restore from a copy (R27): tells a bank what was issued to it, and takes back from banks what this issuer had signed. It believes nothing but its own signatures, so nobody gets
/// anything by it that was not theirs.
/// </summary>
internal sealed class IssuerRecovery(Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, TimeProvider clock)
{
    /// <summary>Of a bank, while the issuer recovers: it has given back what it has.</summary>
    private const long GaveBack = 1;
    private const long Waits = 0;
    private const long LeftOut = 2;

    /// <summary>It had shown what it has, and a person left it out all the same: it gives back when it comes after all, and stops nobody once more.</summary>
    private const long Away = 3;

    /// <summary>Banks that have not given back yet, while the issuer recovers. One whose key was revoked meanwhile cannot.</summary>
    public static List<PartyId> Missing(IReadSnapshot db) => InState(db, Waits);

    /// <summary>Banks that had shown a later word and were left out, and may still come.</summary>
    public static List<PartyId> LeftOutBanks(IReadSnapshot db) => InState(db, Away);

    private static List<PartyId> InState(IReadSnapshot db, long state) => db.Query(
        "SELECT bank FROM recovery WHERE done = $1 AND bank IN (SELECT id FROM bank WHERE revoked IS NULL) ORDER BY bank", r => new PartyId(checked((uint)r.GetInt64(0))), state);

    /// <summary>Since when the copy knows nothing, if that bank has not given back what it has, be it left out or not; null if it has.</summary>
    public static Timestamp? Awaits(IReadSnapshot db, PartyId bank) => db.Query(
        "SELECT since FROM recovery WHERE bank = $1 AND done <> $2", r => (Timestamp?)Timestamp.FromLedger(r.GetInt64(0)), (long)bank.Value, GaveBack).FirstOrDefault();

    /// <summary>True of a bank that had stopped the issuer, and was left out when that recovered. Nothing is numbered for it before it has given back.</summary>
    public static bool StaysAway(IReadSnapshot db, PartyId bank)
    {
        bool stays = db.Number("SELECT count(*) FROM recovery WHERE bank = $1 AND done = $2", (long)bank.Value, Away) > 0;
        Switches.Off("R27 left out once", ref stays);
        return stays;
    }

    /// <summary>A person wants the issuer to recover: each bank gives back what it has at its next visit.</summary>
    /// <param name="without">A bank that will not come: what it has is lost, unless it comes after all. If it had shown nothing, the issuer recovers once more then.</param>
    /// <returns>Banks that have to visit.</returns>
    /// <exception cref="InvalidOperationException">The issuer is no older copy, as far as it knows.</exception>
    public IReadOnlyList<PartyId> Begin(PartyId? without) => store.Write(db =>
    {
        if (AgreedBooks.BehindSince(db) is null)
        {
            throw new InvalidOperationException("This issuer's database is no older copy, as far as any bank, till or key has shown. There is nothing to recover.");
        }

        var (since, copied) = Since(db, terms, Timestamp.Now(clock));
        // Who stayed away goes on doing so: it gives back when it comes.
        db.Execute("UPDATE recovery SET since = min(since, $1), copied = min(copied, $2) WHERE done = $3", since, copied, Away);
        db.Execute("INSERT OR IGNORE INTO recovery(bank, since, copied) SELECT id, $1, $2 FROM bank WHERE revoked IS NULL", since, copied);
        if (without is { } lost && db.Execute("UPDATE recovery SET done = iif(done = $2, $3, done) WHERE bank = $1", (long)lost.Value, Waits, LeftOut) == 0)
        {
            throw new InvalidOperationException($"There is no bank {lost} that has to visit.");
        }

        EndIfAll(db, Timestamp.Now(clock));
        return Missing(db);
    });

    /// <summary>
    /// Since when banks and tills bring what they have, and where the copy ends, as far as is known. The copy's last word to a bank that has a later one shows its end: then both are the same. Where
    /// no bank has one, because all were put back together, the copy's own dates show little: the issuer has served since, and what is newest in its books is of today. Then all is brought
    /// that a backup may lack.
    /// </summary>
    private static (long Since, long Copied) Since(IWriteTransaction db, SchemeParameters terms, Timestamp now)
    {
        var behind = db.Query("SELECT bank, proof FROM behind", r => (Bank: r.GetInt64(0), Proof: r.Bytes(1)));
        var banks = behind.FindAll(b => b.Bank != ShownWords.NoBank)
            .ConvertAll(b => (Last: AgreedBooks.Newest(db, new PartyId(checked((uint)b.Bank)), PositionRole.Issuer)?.Date, Later: Position.Decode(b.Proof)!.Date));
        var receipts = behind.FindAll(b => b.Bank == ShownWords.NoBank).ConvertAll(b => Receipt.Decode(b.Proof)!.Date);
        var lost = LostKeys.Open(db).ConvertAll(c => c.NotBefore);

        // To a bank that had not visited before the copy there is no word in it. A lost key was made later than the copy.
        var ends = banks.ConvertAll(b =>
        {
            long end = b.Last?.ToLedger() ?? ShownWords.CopyEnds(db, b.Later);
            Switches.Replace("R27 no word", ref end, b.Last?.ToLedger() ?? 0);
            return end;
        }).Concat(receipts.ConvertAll(date => ShownWords.CopyEnds(db, date))).ToList();
        var all = db.Query("SELECT position FROM position WHERE role = $1", r => Position.Decode(r.Bytes(0))!.Date.ToLedger(), (long)PositionRole.Issuer);
        long copied = (ends.Count > 0 ? ends : all.Count > 0 ? all : [0]).Concat(lost.ConvertAll(date => date.ToLedger())).Min();

        // What a bank has heard after the issuer was put back, and before it showed more, says nothing of the copy.
        bool isShown = banks.Exists(b => b.Last < b.Later);
        Switches.On("R27 as far back", ref isShown);
        if (isShown)
        {
            return (copied, copied);
        }

        // It did not serve while it was put back.
        var later = banks.ConvertAll(b => b.Later).Concat(receipts).Concat(lost).Min();
        var away = ServiceRecord.AwayBefore(db, Timestamp.Min(later, now).Minus(terms.ClockTolerance));
        Switches.Replace("R27 away since", ref away, null);
        copied = Math.Min(copied, away ?? copied);
        return (Math.Min(copied, now.Minus(terms.BackupMaxAge).ToLedger()), copied);
    }

    /// <summary>What was issued to a bank, for one that was restored.</summary>
    public LinkMessage HandleIssued(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || request.As<IssuedMessage>()?.After is not { } after)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks ask what was issued to them, each for itself.").ToMessage();
        }

        return new IssuedReply(store.Read(db => db.Query(
            "SELECT rowid, asked, ek FROM issuance WHERE bank = $1 AND ek IS NOT NULL AND asked IS NOT NULL AND rowid > $2 ORDER BY rowid LIMIT $3",
            r => new IssuedWithdrawal((ulong)r.GetInt64(0), Asked(r.Bytes(1)), r.Bytes(2)), (long)peer.Id.Value, (long)after, (long)IssuedReply.Max))).ToMessage();
    }

    private static IssueRequest Asked(byte[] bytes)
    {
        var reader = new BerTlvReader(bytes);
        return IssueRequest.Read(ref reader);
    }

    /// <summary>A bank's shops, for one that was restored.</summary>
    public LinkMessage HandleShops(LinkPeer peer) => peer.Role != LinkRole.Bank
        ? new Refusal(RefusalReason.NotAllowed, "Only banks ask for their shops.").ToMessage()
        : new ShopsOfBankReply(store.Read(db => db.Query(
            "SELECT account, name FROM shop WHERE bank = $1 ORDER BY id", r => (Digest.Read(r.Bytes(0)), r.GetString(1)), (long)peer.Id.Value))).ToMessage();

    /// <summary>A bank gives back what this issuer had signed.</summary>
    public LinkMessage HandleReturn(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || store.Read(db => Registry.Bank(db, "id = $1", (long)peer.Id.Value)) is not { } bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks give back what was signed for them.").ToMessage();
        }

        if (request.As<ReturnMessage>() is not { } words)
        {
            return new Refusal(RefusalReason.Malformed, "What the bank gives back is malformed.").ToMessage();
        }

        // What was enciphered to a key whose secret is lost nobody opens: it is passed over, and shops are paid for such coins all the same.
        int given = words.Issued.Count;
        bool passes = true;
        Switches.Off("R27 unopened", ref passes);
        if (passes)
        {
            words.Issued.RemoveAll(i => i.Asked.Bank == bank.Id && keys.IsLost(KeyUsage.IssuerEncryption, i.Asked.Key) && i.Asked.Verify(suite, bank.Key));
        }

        var coins = words.Issued.ConvertAll(i => Open(bank, i.Asked, i.EK));
        bool signed = coins.TrueForAll(c => c is not null) && words.Transfers.TrueForAll(t => Is(t, bank.Id)) && words.Statements.TrueForAll(s => Is(s, bank.Id));
        Switches.On("R27 given back", ref signed);
        return !signed
            ? new Refusal(RefusalReason.BadSignature, "Something that the bank gives back was not signed by this issuer for it. Nothing of it is taken.").ToMessage()
            : store.Write(db => Take(db, bank.Id, words, coins, given - words.Issued.Count, Timestamp.Now(clock)));
    }

    private bool Is(ClearingInstruction t, PartyId bank) => t.Issuer == issuer && t.Bank == bank && t.Currency == terms.Currency && keys.IsStatement(k => t.Verify(suite, k));

    private bool Is(CirculationStatement s, PartyId bank) => s.Issuer == issuer && s.Bank == bank && s.Currency == terms.Currency && keys.IsStatement(k => s.Verify(suite, k));

    /// <summary>The coin that this issuer's answer holds; null if it is none that it signed for this request.</summary>
    private (Coin Coin, byte[] Opening)? Open(BankEntry bank, IssueRequest asked, byte[] ek)
    {
        if (asked.Bank != bank.Id || !asked.Verify(suite, bank.Key) || keys.EncryptionKey(asked.Key) is not { } secret
            || Ecies.TryDecrypt(suite, secret, asked.EI) is not { } m || CoinRequest.Decode(m) is not { } opened
            || CashCipher.TryDecrypt(opened.Seed, ek) is not { } plain)
        {
            return null;
        }

        byte[] nu = opened.NU;
        if (opened.IsWithoutKey && plain.Length > CashAnswer.Size)
        {
            using var made = suite.ImportKey(plain.AsSpan(CashAnswer.Size));
            nu = made.PublicKey.Compress();
        }

        var coin = CashAnswer.Decode(plain.AsSpan(0, Math.Min(plain.Length, CashAnswer.Size)))?.ToCoin(opened.FaceValue, opened.Currency, opened.TM, nu);
        bool ours = coin is not null && coin.Terms.Issuer == issuer && coin.Terms.FaceValue == asked.FaceValue && keys.CoinKey(coin.Terms.IssuerKey) is { } key && coin.Verify(suite, key);

        // As at the withdrawal: whoever has seen a coin at a shop could ask for it, or have an opening of it filed that is no evidence (hole 20).
        bool possessed = opened.IsWithoutKey ? coin is { Terms.IssuerKeyed: true } : opened.VerifyPossession(suite, asked.Key);
        Switches.On("R27 possession", ref possessed);
        return ours && possessed ? (coin!, m) : null;
    }

    private LinkMessage Take(IWriteTransaction db, PartyId bank, ReturnMessage words, List<(Coin Coin, byte[] Opening)?> coins, int unopened, Timestamp now)
    {
        if (Awaits(db, bank) is null)
        {
            return new Refusal(RefusalReason.NotAllowed, "This issuer does not wait for anything of this bank.").ToMessage();
        }

        foreach (var ((asked, ek), coin) in words.Issued.Zip(coins))
        {
            Register(db, bank, asked, ek, coin!.Value, now);
        }

        foreach (var transfer in words.Transfers)
        {
            Count(db, bank, transfer);
        }

        foreach (var statement in words.Statements)
        {
            db.Execute("INSERT OR IGNORE INTO audit_statement(bank, number, statement) VALUES($1, $2, $3)", (long)bank.Value, (long)statement.Number, statement.Encode());
        }

        if (unopened > 0)
        {
            Alarms.Raise(db, Alarms.NotOpened, bank, 0, now);
            db.Execute("UPDATE recovery SET unopened = unopened + $2 WHERE bank = $1", (long)bank.Value, (long)unopened);
        }

        if (words.IsLast && IsShort(db, bank))
        {
            Alarms.Raise(db, Alarms.NotGivenBack, bank, 0, now);
        }

        if (words.IsLast && StaysAway(db, bank))
        {
            db.Execute("DELETE FROM recovery WHERE bank = $1", (long)bank.Value);
        }
        else if (words.IsLast)
        {
            db.Execute("UPDATE recovery SET done = $2 WHERE bank = $1", (long)bank.Value, GaveBack);
            EndIfAll(db, now);
        }

        return new ReturnReply().ToMessage();
    }

    /// <summary>
    /// True where the issuer's own newest word to that bank, as the bank has shown it, names more than there is with what the bank gave back. It never fetched the rest, or keeps it back: only
    /// a person can find out, and stops nobody by not knowing.
    /// </summary>
    private static bool IsShort(IReadSnapshot db, PartyId bank)
    {
        var said = db.First("SELECT proof FROM behind WHERE bank = $1", r => Position.Decode(r.Bytes(0))!, (long)bank.Value);
        var (instruction, statement, issued) = AgreedBooks.Has(db, bank);
        issued += (ulong)db.Number("SELECT unopened FROM recovery WHERE bank = $1", (long)bank.Value);
        bool isShort = said is not null && (instruction < said.Instruction || statement < said.Statement || issued < said.Issued);
        Switches.Off("R27 short", ref isShort);
        return isShort;
    }

    private void Register(IWriteTransaction db, PartyId bank, IssueRequest asked, byte[] ek, (Coin Coin, byte[] Opening) of, Timestamp now)
    {
        if (db.Number("SELECT count(*) FROM issuance WHERE request = $1", asked.Request.Value.ToArray()) > 0)
        {
            return;
        }

        // It was returned and forgotten long ago, and would be returned once more. By a clock that nobody has confirmed, only what was over before the copy.
        var date = ClockWatch.DoubtedSince(db) is null ? now : Timestamp.Min(now, Awaits(db, bank) ?? now);
        Switches.Replace("R26 long over", ref date, now);
        bool isOver = terms.IsForgotten(of.Coin.Terms.Expiry, date.Plus(terms.ClockTolerance));
        Switches.Off("R27 long over", ref isOver);
        if (isOver)
        {
            return;
        }

        var opening = Ecies.Encrypt(suite, keys.Evidence.PublicKey, of.Opening);
        // Of a withdrawal that has two S_I shops may have shown the other one.
        var other = InspectionDatabase.Unclaimed(db, of.Coin.N, of.Coin.Terms.TM, of.Coin.Terms.FaceValue);
        Switches.Replace("R27 adopted S_I", ref other, null);
        var known = InspectionDatabase.Find(db, of.Coin.Id) ?? other;
        bool isTaken = known is not null && known.Bank != HonouredCoins.NoBank;
        Switches.Replace("R27 adopts", ref isTaken, known is not null);
        if (isTaken)
        {
            // Its key signed for two withdrawals of one coin: the coin is there, and pays once.
            return;
        }

        if (known is null)
        {
            InspectionDatabase.Register(db, of.Coin, bank, asked.Request, opening);
        }
        else
        {
            HonouredCoins.Adopt(db, InspectionDatabase.KeepUntil(db, known, of.Coin.Terms.Expiry), bank, asked.Request, opening, now);
        }

        db.Execute("UPDATE bank SET issued = issued + $2 WHERE id = $1", (long)bank.Value, asked.FaceValue.ToLedger());
        db.Execute(
            "INSERT INTO issuance(request, bank, x, ek, date, asked) VALUES($1, $2, $3, $4, $5, $6)",
            asked.Request.Value.ToArray(), (long)bank.Value, asked.FaceValue.ToLedger(), ek, now.ToLedger(), BerTlv.Encode(IssueRequest.MaxEncodedSize, asked.Write));
    }

    /// <summary>
    /// An instruction that this issuer made and forgot. What it moved is owed no more: it is subtracted from what is going to be instructed, below zero, until payments that are presented
    /// again use it up. What went back to a holder is taken off the coin.
    /// </summary>
    private static void Count(IWriteTransaction db, PartyId bank, ClearingInstruction t)
    {
        if (db.Number("SELECT next_number FROM bank WHERE id = $1", (long)bank.Value) != (long)t.Number)
        {
            return;
        }

        db.Execute(
            "INSERT INTO instruction(bank, number, kind, reference, amount, transfer) VALUES($1, $2, $3, $4, $5, $6)",
            (long)bank.Value, (long)t.Number, (long)t.Kind, t.Reference.ToArray(), t.Total.ToLedger(), t.Encode());
        db.Execute("UPDATE bank SET next_number = next_number + 1 WHERE id = $1", (long)bank.Value);
        if (t.Kind is TransferKind.RedeemCredit or TransferKind.ReturnCredit && InspectionDatabase.OfRequest(db, new WithdrawalId(t.Reference)) is { IsOpen: true } coin && coin.Rest >= t.Total)
        {
            InspectionDatabase.Return(db, coin, t.Total);
            db.Execute(
                t.Kind == TransferKind.RedeemCredit ? "UPDATE bank SET redeemed = redeemed + $2 WHERE id = $1" : "UPDATE bank SET returned = returned + $2 WHERE id = $1",
                (long)bank.Value, t.Total.ToLedger());
            return;
        }

        db.Execute(
            """
            INSERT INTO transfer_delta(bank, kind, reference, amount) VALUES($1, $2, $3, -$4)
            ON CONFLICT(bank, kind, reference) DO UPDATE SET amount = amount - $4
            """,
            (long)bank.Value, (long)t.Kind, t.Reference.ToArray(), t.Total.ToLedger());
    }

    /// <summary>Once all banks have given back theirs the issuer goes on.</summary>
    private void EndIfAll(IWriteTransaction db, Timestamp now)
    {
        if (Missing(db).Count > 0)
        {
            return;
        }

        // Where no bank had to visit, because all keys are revoked, what a till or a key has shown says since when.
        var (brought, ends) = Since(db, terms, now);
        var since = db.Number("SELECT coalesce(min(since), $2) FROM recovery WHERE done <> $1", Away, brought);
        var copied = db.Number("SELECT coalesce(min(copied), $2) FROM recovery WHERE done <> $1", Away, ends);
        Restorations.Add(db, Timestamp.FromLedger(copied), now, Timestamp.FromLedger(since));
        db.Execute("UPDATE recovery SET done = $2 WHERE done = $1 AND bank IN (SELECT bank FROM behind)", LeftOut, Away);
        db.Execute("DELETE FROM recovery WHERE done <> $1", Away);
        db.Execute("DELETE FROM behind");
        LostKeys.Recovered(db);
    }
}
