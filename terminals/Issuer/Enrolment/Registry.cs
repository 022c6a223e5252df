namespace HierCash.Issuer;

/// <summary>A bank as the issuer knows it.</summary>
/// <param name="Key">The present one.</param>
/// <param name="Cap">Most that may be outstanding (EP 0810563, "sum total predetermined by the bank"; hole 17).</param>
public sealed record BankEntry(PartyId Id, string Name, PublicKey Key, Amount Cap, Circulation Circulation);

/// <summary>The total amount of circulation (EP 0810563, description): all banks together.</summary>
/// <param name="Caps">Most that all banks may have outstanding.</param>
public sealed record TotalCirculation(Circulation Circulation, Amount Caps)
{
    public static TotalCirculation Of(IEnumerable<BankEntry> banks) =>
        banks.Aggregate(new TotalCirculation(new Circulation(Amount.Zero, Amount.Zero, Amount.Zero, Amount.Zero), Amount.Zero),
            (sum, b) => new TotalCirculation(
                new Circulation(sum.Circulation.Issued + b.Circulation.Issued, sum.Circulation.Settled + b.Circulation.Settled,
                    sum.Circulation.Redeemed + b.Circulation.Redeemed, sum.Circulation.Returned + b.Circulation.Returned),
                Sum(sum.Caps, b.Cap)));

    /// <summary>Caps are what somebody typed: many that large together are as good as none.</summary>
    private static Amount Sum(Amount a, Amount b) => a.Minor > ulong.MaxValue - b.Minor ? new Amount(ulong.MaxValue) : a + b;
}

/// <summary>A shop as the issuer knows it: a number with an account; its name is only what people call it (rule R18).</summary>
/// <param name="Account">The shop's account at its bank, 32 bytes of the bank's choosing.</param>
public sealed record ShopEntry(PartyId Id, string Name, PartyId Bank, Digest Account);

/// <summary>A till as the issuer knows it.</summary>
/// <param name="By">The till whose signature enrolled it; null: its bank's did.</param>
/// <param name="Revoked">Since when its key is revoked; null while it is good.</param>
public sealed record TillRow(TillId W, PartyId Shop, string Name, Timestamp Registered, TillId? By, Timestamp? Revoked);

/// <summary>Who takes part: banks, shops, tills, each found by number and key.</summary>
public sealed partial class Registry(Database store)
{
    /// <summary>Sets the most that a bank may have outstanding. While it has more, nothing is issued to it.</summary>
    public Result<BankEntry> SetCap(PartyId bank, Amount cap) => store.TryWrite<BankEntry>(db =>
    {
        BankTable.SetCap(db, bank, cap);
        return BankTable.Find(db, bank) is { } entry ? entry : Unknown(bank);
    });

    private static Refused Unknown(PartyId bank) =>
        new Refused(Outcome.NotFound, $"There is no bank {bank}. 'hiercash-issuer banks' lists them.");

    public IReadOnlyList<BankEntry> Banks => store.Read(BankTable.All);

    /// <summary>Keys of that bank that were revoked, its present one too: stamps by them name no shop (rule R3).</summary>
    public IReadOnlyList<KeyId> RevokedKeys(PartyId bank) => [.. store.Read(db => BankTable.RevokedKeys(db, bank)).Select(k => k.Id)];

    /// <summary>The keys that were a bank's, its present one excepted.</summary>
    public IReadOnlyList<PublicKey> FormerKeys(PartyId bank) => store.Read(db => FormerKeyTable.Of(db, bank));

    public BankEntry? FindBank(PartyId id) => store.Read(db => BankTable.Find(db, id));

    /// <summary>As a person names it: by number before name, for a bank may take a name that looks like a number (rule R18).</summary>
    public BankEntry? FindBank(string given)
    {
        var named = Banks.FirstOrDefault(b => b.Name == given);
        return Banks.FirstOrDefault(b => b.Id.ToString() == given) ?? named;
    }

    /// <summary>All tills, the newest first.</summary>
    public IReadOnlyList<TillRow> Tills => store.Read(TillTable.All);

    /// <summary>
    /// A till's key is not its shop's alone any more: its link is closed to it, and what it signs from now on does not count (hole 22). The
    /// tills that it enrolled since the theft, directly or not, go with it (rule R18).
    /// </summary>
    /// <param name="stolen">Since when somebody else may have had the key; null: since the revocation.</param>
    public Result<List<TillId>> RevokeTill(TillId w, Timestamp now, Timestamp? stolen) => store.TryWrite<List<TillId>>(db =>
    {
        // A clock that is behind would date it before what the shop has sold honestly, and before the tills that it enrolled: not before
        // the till's last contact, which is dated by the slower one of two clocks.
        var seen = TillTable.LastAnswer(db, w);
        var date = seen > now && seen <= now.Plus(MostAhead) ? seen : now;
        var gone = new List<TillId> { w };
        for (int at = 0; at < gone.Count; at++)
        {
            gone.AddRange(TillTable.EnrolledBy(db, gone[at], stolen ?? date));
        }

        // One that was revoked before keeps its date. It is named again when the theft turns out to be older: then what it enrolled since
        // goes.
        var revoked = gone.FindAll(t => TillTable.Revoke(db, t, date));
        return revoked.Count > 0 ? revoked
            : TillTable.RevokedAt(db, w) is { } before
            ? Refused.ByRule($"This till's key was revoked on {before} already. If it was stolen before, give that moment with --since: "
                + $"what it enrolled since then goes too.")
            : new Refused(Outcome.NotFound, $"There is no till {w} whose key could be revoked. 'hiercash-issuer tills' lists them.");
    });

    /// <summary>
    /// A bank's key is not its own alone any more: its link is closed to it, and to the next one that it announced, until a person enrols a
    /// new one by the bank's number (hole 22, rule R17).
    /// </summary>
    public Refused? RevokeBank(PartyId bank, Timestamp now) => store.Write(db =>
    {
        if (BankTable.Revoke(db, bank, now))
        {
            DropNext(db, bank, now);
            return null;
        }

        return BankTable.RevokedAt(db, bank) is { } date
            ? Refused.ByRule($"The key of bank {bank} was revoked on {date} already. Enrol its new key with 'hiercash-issuer enrol bank "
                + $"FILE --bank {bank}'.")
            : Unknown(bank);
    });

    /// <summary>True if the till's key was revoked before that moment.</summary>
    internal static bool IsRevoked(IReadSnapshot db, TillId w, Timestamp moment) => TillTable.IsRevokedBefore(db, w, moment);

    /// <summary>
    /// True if the till was registered after that moment: what it was paid before may have been pronounced dead as paid to nobody, without
    /// a mark (rule R10).
    /// </summary>
    internal static bool IsNewer(IReadSnapshot db, TillId w, Timestamp moment) => TillTable.IsRegisteredAfter(db, w, moment);
}
