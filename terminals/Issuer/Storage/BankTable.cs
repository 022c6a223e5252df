namespace HierCash.Issuer;

/// <summary>Banks: their keys, their caps and circulation, and how far each is with what it was instructed and told.</summary>
internal static class BankTable
{
    private const string Select = "SELECT id, name, public_key, cap, issued, settled, redeemed, returned FROM bank";

    public static List<BankEntry> All(IReadSnapshot db) => db.Query($"{Select} ORDER BY id", Read);

    public static BankEntry? Find(IReadSnapshot db, PartyId bank) => db.First($"{Select} WHERE id = $1", Read, bank);

    public static BankEntry? Named(IReadSnapshot db, string name) => db.First($"{Select} WHERE name = $1", Read, name);

    /// <summary>The bank whose present or announced key it is.</summary>
    public static BankEntry? WithKey(IReadSnapshot db, PublicKey key) =>
        db.First($"{Select} WHERE public_key = $1 OR next_key = $1", Read, key);

    /// <summary>Banks whose key is good.</summary>
    public static List<PartyId> Valid(IReadSnapshot db) => db.Query("SELECT id FROM bank WHERE revoked IS NULL", r => r.Party(0));

    /// <summary>When the bank's key was revoked, or null while it is good.</summary>
    public static Timestamp? RevokedAt(IReadSnapshot db, PartyId bank) =>
        db.Number("SELECT coalesce(revoked, 0) FROM bank WHERE id = $1", bank) is > 0 and var date
            ? Timestamp.FromLedger(date) : null;

    /// <summary>The key that the bank announced and has not used yet.</summary>
    public static PublicKey? NextKey(IReadSnapshot db, PartyId bank) =>
        db.First("SELECT next_key FROM bank WHERE id = $1 AND next_key IS NOT NULL", r => r.Key(0), bank);

    /// <summary>Every key that a bank has had.</summary>
    public static List<PublicKey> Keys(IReadSnapshot db, PartyId bank) => db.Query(
        "SELECT public_key FROM bank WHERE id = $1 UNION ALL SELECT public_key FROM former_key WHERE bank = $1",
        r => r.Key(0), bank);

    /// <summary>Keys of that bank that were revoked, its present one too.</summary>
    public static List<PublicKey> RevokedKeys(IReadSnapshot db, PartyId bank) => db.Query(
        """
        SELECT public_key FROM former_key WHERE bank = $1 AND revoked IS NOT NULL
        UNION SELECT public_key FROM bank WHERE id = $1 AND revoked IS NOT NULL
        """,
        r => r.Key(0), bank);

    /// <summary>A new bank, with nothing issued.</summary>
    public static BankEntry Add(IWriteTransaction db, string name, PublicKey key, Amount cap, Timestamp now)
    {
        long id = db.Number("INSERT INTO bank(name, public_key, cap, keyed) VALUES($1, $2, $3, $4) RETURNING id", name, key, cap, now);
        return new BankEntry(
            new PartyId(checked((uint)id)), name, key, cap, new Circulation(Amount.Zero, Amount.Zero, Amount.Zero, Amount.Zero));
    }

    public static int SetCap(IWriteTransaction db, PartyId bank, Amount cap) =>
        db.Execute("UPDATE bank SET cap = $2 WHERE id = $1", bank, cap);

    /// <summary>The bank's next key takes the place of one that it announced before.</summary>
    public static int Announce(IWriteTransaction db, PartyId bank, PublicKey next) =>
        db.Execute("UPDATE bank SET next_key = $2 WHERE id = $1", bank, next);

    public static int DropAnnounced(IWriteTransaction db, PartyId bank) =>
        db.Execute("UPDATE bank SET next_key = NULL WHERE id = $1", bank);

    /// <summary>The announced key is the present one from now on.</summary>
    public static int UseAnnounced(IWriteTransaction db, PartyId bank, Timestamp now) =>
        db.Execute("UPDATE bank SET public_key = next_key, next_key = NULL, keyed = $2 WHERE id = $1", bank, now);

    /// <summary>A bank whose key was revoked has a new one.</summary>
    public static int Rekey(IWriteTransaction db, PartyId bank, PublicKey key, Timestamp now) =>
        db.Execute(
            "UPDATE bank SET public_key = $2, keyed = $3, revoked = NULL WHERE id = $1",
            bank, key, now);

    /// <returns>False if there is no such bank, or its key was revoked before.</returns>
    public static bool Revoke(IWriteTransaction db, PartyId bank, Timestamp now) =>
        db.Execute("UPDATE bank SET revoked = $2 WHERE id = $1 AND revoked IS NULL", bank, now) > 0;

    /// <summary>So much more was issued to the bank.</summary>
    public static int AddIssued(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET issued = issued + $2 WHERE id = $1", bank, amount);

    /// <summary>The number of the next instruction for the bank; 0 if there is no such bank.</summary>
    public static ulong NextInstruction(IReadSnapshot db, PartyId bank) =>
        (ulong)db.Number("SELECT next_number FROM bank WHERE id = $1", bank);

    /// <summary>An instruction of the next number was made.</summary>
    public static int Instructed(IWriteTransaction db, PartyId bank) =>
        db.Execute("UPDATE bank SET next_number = next_number + 1 WHERE id = $1", bank);

    /// <summary>Up to which instruction the bank says that it has them.</summary>
    public static ulong Acknowledged(IReadSnapshot db, PartyId bank) =>
        (ulong)db.Number("SELECT acknowledged FROM bank WHERE id = $1", bank);

    /// <summary>The bank has all instructions up to that number; it never has fewer than before, nor more than were made.</summary>
    public static int Acknowledge(IWriteTransaction db, PartyId bank, ulong upTo) => db.Execute(
        """
        UPDATE bank SET acknowledged = CASE WHEN $2 < next_number THEN $2 ELSE next_number - 1 END
        WHERE id = $1 AND acknowledged < CASE WHEN $2 < next_number THEN $2 ELSE next_number - 1 END
        """,
        bank, upTo);

    /// <summary>The bank has all statements up to that number; it never has fewer than before, nor more than were made.</summary>
    public static int Told(IWriteTransaction db, PartyId bank, ulong upTo)
    {
        ulong told = Math.Min(upTo, StatementTable.LastNumber(db, bank));
        return db.Execute("UPDATE bank SET told = $2 WHERE id = $1 AND told < $2", bank, told);
    }

    /// <summary>A bank that was restored has no more than that.</summary>
    public static int SetBack(IWriteTransaction db, PartyId bank, ulong instruction, ulong statement) => db.Execute(
        """
        UPDATE bank SET acknowledged = CASE WHEN acknowledged < $2 THEN acknowledged ELSE $2 END,
            told = CASE WHEN told < $3 THEN told ELSE $3 END
        WHERE id = $1
        """,
        bank, instruction, statement);

    /// <summary>That the bank left the instruction of that number unfetched was noted.</summary>
    public static int Missed(IWriteTransaction db, PartyId bank, ulong number) =>
        db.Execute("UPDATE bank SET missed = $2 WHERE id = $1 AND missed < $2", bank, number);

    /// <summary>Of each bank what is outstanding by its own sums, and what its coins hold; in minor units, for an audit.</summary>
    public static List<(PartyId Bank, long Outstanding, long Held)> Holdings(IReadSnapshot db) => db.Query(
        """
        SELECT id, issued - settled - redeemed - returned,
            CAST((SELECT coalesce(sum(x - y - returned), 0) FROM inspection WHERE bank = b.id)
                + (SELECT coalesce(sum(x - y - returned), 0) FROM closed_coin WHERE bank = b.id) AS BIGINT)
        FROM bank b
        """,
        r => (r.Party(0), r.GetInt64(1), r.GetInt64(2)));

    private static BankEntry Read(DbDataReader r) => new(
        r.Party(0), r.GetString(1), r.Key(2), r.Money(3),
        new Circulation(r.Money(4), r.Money(5), r.Money(6), r.Money(7)));

    /// <summary>So much more was paid to shops.</summary>
    public static int AddSettled(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET settled = settled + $2 WHERE id = $1", bank, amount);

    /// <summary>So much of what was paid to shops came back.</summary>
    public static int TakeBackSettled(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET settled = settled - $2 WHERE id = $1", bank, amount);

    /// <summary>So much more was redeemed.</summary>
    public static int AddRedeemed(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET redeemed = redeemed + $2 WHERE id = $1", bank, amount);

    /// <summary>So much more went back by itself.</summary>
    public static int AddReturned(IWriteTransaction db, PartyId bank, Amount amount) =>
        db.Execute("UPDATE bank SET returned = returned + $2 WHERE id = $1", bank, amount);
}
