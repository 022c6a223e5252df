namespace HierCash.Issuer;

/// <summary>
/// After a restore from a copy (R27): tells a bank what was issued to it, and takes back from banks what this issuer had signed. It
/// believes nothing but its own signatures, so nobody gets anything by it that was not theirs.
/// </summary>
internal sealed class IssuerRecovery(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, TimeProvider clock)
{
    /// <summary>True of a bank that had stopped the issuer and was left out: nothing is numbered for it before it gives back.</summary>
    public static bool StaysAway(IReadSnapshot db, PartyId bank) => RecoveryTable.Is(db, bank, RecoveryState.Away);

    /// <summary>A person wants the issuer to recover: each bank gives back what it has at its next visit.</summary>
    /// <param name="without">
    /// A bank that will not come: what it has is lost, unless it comes after all. If it had shown nothing, the issuer recovers once more
    /// then.
    /// </param>
    public Result<List<PartyId>> Begin(PartyId? without) => store.TryWrite<List<PartyId>>(db =>
    {
        if (AgreedBooks.BehindSince(db) is null)
        {
            return Refused.ByRule(
                "This issuer's database is no older copy, as far as any bank, till or key has shown. There is nothing to recover.");
        }

        var (since, copied) = Since(db, terms, Timestamp.Now(clock));
        RecoveryTable.Begin(db, since, copied);
        if (without is { } lost && !RecoveryTable.LeaveOut(db, lost))
        {
            return new Refused(Outcome.NotFound, $"There is no bank {lost} that has to visit.");
        }

        EndIfAll(db, Timestamp.Now(clock));
        return RecoveryTable.In(db, RecoveryState.Waits);
    });

    /// <summary>
    /// Since when banks and tills bring what they have, and where the copy ends, as far as is known. The copy's last word to a bank that
    /// has a later one shows its end: then both are the same. Where no bank has one, because all were put back together, the copy's own
    /// dates show little: the issuer has served since, and what is newest in its books is of today. Then all is brought that a backup may
    /// lack.
    /// </summary>
    private static (Timestamp Since, Timestamp Copied) Since(IWriteTransaction db, SchemeParameters terms, Timestamp now)
    {
        var banks = BehindTable.Words(db).ConvertAll(
            w => (Last: PositionTable.Newest(db, w.Bank, PositionRole.Issuer)?.Date, Later: w.Date));
        Timestamp[] receipts = BehindTable.Receipt(db) is { } receipt ? [receipt.Date] : [];
        var lost = LostKeyTable.Open(db).ConvertAll(c => c.NotBefore);

        // To a bank that had not visited before the copy there is no word in it: then the copy ends, if nobody has settled since, with the
        // last thing in it that is older than what it does not know. A lost key was made later than the copy.
        var ends = banks.ConvertAll(b => b.Last ?? IssuanceTable.LastBefore(db, b.Later))
            .Concat(receipts.Select(date => IssuanceTable.LastBefore(db, date))).ToList();
        var all = PositionTable.OfIssuer(db).ConvertAll(p => p.Date);
        var copied = (ends.Count > 0 ? ends : all.Count > 0 ? all : [default]).Concat(lost).Min();

        // What a bank has heard after the issuer was put back, and before it showed more, says nothing of the copy.
        if (banks.Exists(b => b.Last < b.Later))
        {
            return (copied, copied);
        }

        // It did not serve while it was put back.
        var later = banks.ConvertAll(b => b.Later).Concat(receipts).Concat(lost).Min();
        copied = Timestamp.Min(
            copied, OutageTable.FirstBeganOfEndedSince(db, Timestamp.Min(later, now).Minus(terms.ClockTolerance)) ?? copied);
        return (Timestamp.Min(copied, now.Minus(terms.BackupMaxAge)), copied);
    }

    /// <summary>What was issued to a bank, for one that was restored.</summary>
    public LinkMessage HandleIssued(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || request.As<IssuedMessage>()?.After is not { } after)
        {
            return Refuse(RefusalReason.NotAllowed, "Only banks ask what was issued to them, each for itself.");
        }

        return new IssuedReply(store.Read(db => IssuanceTable.IssuedAfter(db, peer.Id, after, IssuedReply.Max))).ToMessage();
    }

    /// <summary>A bank gives back what this issuer had signed.</summary>
    public LinkMessage HandleReturn(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || store.Read(db => BankTable.Find(db, peer.Id)) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, "Only banks give back what was signed for them.");
        }

        if (request.As<ReturnMessage>() is not { } words)
        {
            return Refuse(RefusalReason.Malformed, "What the bank gives back is malformed.");
        }

        // What nobody opens, because its key is lost, is passed over: shops are paid for such coins all the same.
        int given = words.Issued.Count;
        words.Issued.RemoveAll(i => i.Asked.Bank == bank.Id && keys.IsLost(KeyUsage.IssuerEncryption, i.Asked.Key)
            && i.Asked.Verify(suite, bank.Key));

        var coins = words.Issued.ConvertAll(i => Open(bank, i.Asked, i.EK));
        bool signed = coins.TrueForAll(c => c is not null) && words.Transfers.TrueForAll(t => Is(t, bank.Id))
            && words.Statements.TrueForAll(s => Is(s, bank.Id));
        return !signed
            ? Refuse(RefusalReason.BadSignature,
                "Something that the bank gives back was not signed by this issuer for it. Nothing of it is taken.")
            : store.Write(db => Take(db, bank.Id, words, coins, given - words.Issued.Count, Timestamp.Now(clock)));
    }

    private bool Is(ClearingInstruction t, PartyId bank) =>
        t.Issuer == issuer && t.Bank == bank && t.Currency == terms.Currency && keys.IsStatement(k => t.Verify(suite, k));

    private bool Is(CirculationStatement s, PartyId bank) =>
        s.Issuer == issuer && s.Bank == bank && s.Currency == terms.Currency && keys.IsStatement(k => s.Verify(suite, k));

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

        var coin = CashAnswer.Decode(plain.AsSpan(0, Math.Min(plain.Length, CashAnswer.Size)))?.ToCoin(
            opened.FaceValue, opened.Currency, opened.TM, nu);
        bool ours = coin is not null && coin.Terms.Issuer == issuer && coin.Terms.FaceValue == asked.FaceValue
            && keys.CoinKey(coin.Terms.IssuerKey) is { } key && coin.Verify(suite, key);

        // As at the withdrawal: whoever has seen a coin at a shop could ask for it, or have an opening of it filed that is no evidence
        // (hole 20).
        bool possessed = opened.IsWithoutKey ? coin is { Terms.IssuerKeyed: true } : opened.VerifyPossession(suite, asked.Key);
        return ours && possessed ? (coin!, m) : null;
    }

    private LinkMessage Take(IWriteTransaction db, PartyId bank, ReturnMessage words, List<(Coin Coin, byte[] Opening)?> coins,
        int unopened, Timestamp now)
    {
        if (RecoveryTable.AwaitedSince(db, bank) is null)
        {
            return Refuse(RefusalReason.NotAllowed, "This issuer does not wait for anything of this bank.");
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
            StatementTable.AddGivenBack(db, statement);
        }

        if (unopened > 0)
        {
            Alarms.Raise(db, Alarms.NotOpened, bank, 0, now);
            RecoveryTable.AddUnopened(db, bank, unopened);
        }

        if (words.IsLast && IsShort(db, bank))
        {
            Alarms.Raise(db, Alarms.NotGivenBack, bank, 0, now);
        }

        if (words.IsLast && StaysAway(db, bank))
        {
            RecoveryTable.Remove(db, bank);
        }
        else if (words.IsLast)
        {
            RecoveryTable.GaveBack(db, bank);
            EndIfAll(db, now);
        }

        return new ReturnReply().ToMessage();
    }

    /// <summary>
    /// True where the issuer's own newest word to that bank, as the bank has shown it, names more than there is with what the bank gave
    /// back. It never fetched the rest, or keeps it back: only a person can find out, and stops nobody by not knowing.
    /// </summary>
    private static bool IsShort(IReadSnapshot db, PartyId bank)
    {
        var said = BehindTable.ShownBy(db, bank);
        var (instruction, statement, issued) = AgreedBooks.Has(db, bank);
        issued += RecoveryTable.Unopened(db, bank);
        return said is not null && (instruction < said.Instruction || statement < said.Statement || issued < said.Issued);
    }

    private void Register(IWriteTransaction db, PartyId bank, IssueRequest asked, byte[] ek, (Coin Coin, byte[] Opening) of, Timestamp now)
    {
        if (IssuanceTable.Has(db, asked.Request))
        {
            return;
        }

        // It was returned and forgotten long ago, and would be returned once more. By a clock that nobody has confirmed, only what was over
        // before the copy.
        var date = ClockTable.DoubtedSince(db) is null ? now : Timestamp.Min(now, RecoveryTable.AwaitedSince(db, bank) ?? now);
        if (terms.IsForgotten(of.Coin.Terms.Expiry, date.Plus(terms.ClockTolerance)))
        {
            return;
        }

        var opening = Ecies.Encrypt(suite, keys.Evidence.PublicKey, of.Opening);
        // Of a withdrawal that has two S_I shops may have shown the other one.
        var other = CoinTable.Unclaimed(db, of.Coin.N, of.Coin.Terms.TM, of.Coin.Terms.FaceValue);
        var known = CoinTable.Find(db, of.Coin.Id) ?? other;
        if (known is not null && known.Bank != HonouredCoins.NoBank)
        {
            // Its key signed for two withdrawals of one coin: the coin is there, and pays once.
            return;
        }

        if (known is null)
        {
            CoinTable.Register(db, of.Coin, bank, asked.Request, opening);
        }
        else
        {
            HonouredCoins.Adopt(db, CoinTable.KeepUntil(db, known, of.Coin.Terms.Expiry), bank, asked.Request, opening, now);
        }

        Issuance.Enter(db, asked, ek, now);
    }

    /// <summary>
    /// An instruction that this issuer made and forgot. What it moved is owed no more: it is subtracted from what is going to be
    /// instructed, below zero, until payments that are presented again use it up. What went back to a holder is taken off the coin.
    /// </summary>
    private static void Count(IWriteTransaction db, PartyId bank, ClearingInstruction t)
    {
        if (BankTable.NextInstruction(db, bank) != t.Number)
        {
            return;
        }

        InstructionTable.Add(db, t);
        if (t.Kind is TransferKind.RedeemCredit or TransferKind.ReturnCredit
            && CoinTable.OfRequest(db, new WithdrawalId(t.Reference)) is { IsOpen: true } coin && coin.Rest >= t.Total)
        {
            CoinTable.Return(db, coin, t.Total);
            if (t.Kind == TransferKind.RedeemCredit)
            {
                BankTable.AddRedeemed(db, bank, t.Total);
            }
            else
            {
                BankTable.AddReturned(db, bank, t.Total);
            }

            return;
        }

        TransferDeltaTable.Subtract(db, bank, t.Kind, t.Reference, t.Total);
    }

    /// <summary>Once all banks have given back theirs the issuer goes on.</summary>
    private void EndIfAll(IWriteTransaction db, Timestamp now)
    {
        if (RecoveryTable.In(db, RecoveryState.Waits).Count > 0)
        {
            return;
        }

        // Where no bank had to visit, because all keys are revoked, what a till or a key has shown says since when.
        var (since, copied) = RecoveryTable.Terms(db) ?? Since(db, terms, now);
        RestorationTable.Add(db, copied, now, since);
        RecoveryTable.End(db);
        BehindTable.Clear(db);
        LostKeyTable.Recovered(db);
    }
}
