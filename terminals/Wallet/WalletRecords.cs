using System.Security.Cryptography.X509Certificates;
using LogEntry = (byte Index, HierCash.Protocol.Commands.LogState State, HierCash.Protocol.Commands.LoggedPayment Entry,
    HierCash.Protocol.Cash.CashPayment H);

namespace HierCash.Wallet;

/// <summary>
/// The holder's own copy of what the card has paid, and of what took it back. Only what is in here does the card forget (hole 1), and what
/// is in here still rebuts an accusation (hole 19). It holds no secret: S_U of payments that shops have anyway.
/// </summary>
public sealed class WalletRecords(Database store)
{
    public static Schema Schema { get; } = Schema.Of(typeof(WalletRecords).Assembly);

    /// <summary>So many proofs of one payment are kept: a further one stays on the card.</summary>
    public const int MaxProofs = 8;

    /// <summary>So many certificates of statement keys are kept.</summary>
    public const int MaxCertificates = 256;

    /// <summary>
    /// Copies the card's log, and only then tells the card that it may forget it; but for the payment that it signed last, each part of it:
    /// that may be cut short at a till that will repeat it. TIME does not say which one that is: it is the shop's. A part is the last of
    /// its coin, and was not taken back: so no shop fills a log with what calls itself parts of one payment. A card whose coins all went in
    /// one payment takes no more until its holder says that it is over.
    /// </summary>
    /// <param name="isPaid">The holder says that the till has said OK to that payment: then nobody repeats it.</param>
    /// <returns>Entries that are new or have changed since.</returns>
    /// <exception cref="CardRefusedException">The card said no; the message says why.</exception>
    public int Keep(ICardChannel channel, string pin, bool isPaid = false)
    {
        var log = WalletTerminal.ReadLog(channel, pin);
        int kept = Copy(log);
        var card = new WalletCard(channel);
        byte last = card.GetStatus().Private!.NewestEntry;
        var newest = log.Where(e => e.Index == last).Select(e => (e.Entry.Time, e.Entry.Till)).ToList();
        var parts = log.Where(e => newest.Contains((e.Entry.Time, e.Entry.Till))).ToList();
        var stays = parts.Where(e => e.State == LogState.Signed).GroupBy(e => e.Entry.Slot).Select(g => g.MaxBy(e => e.Entry.Seq)).ToList();
        stays = isPaid ? [] : stays;
        foreach (var (index, state, entry, _) in log
            .Where(e => !e.Entry.Acknowledged && !stays.Exists(s => s.Index == e.Index) && IsKept(e)))
        {
            // Rule R13: exactly what was kept. What changed meanwhile stays on the card, and is kept the next time.
            var status = card.AcknowledgeLog(index, new LogReply(state, entry).Content);
            if (status == WalletStatus.EntryChanged)
            {
                continue;
            }

            if (!status.IsSuccess)
            {
                throw new CardRefusedException(status, status.Explain());
            }
        }

        return kept;
    }

    /// <summary>
    /// Copies entries of a card's log, without telling the card. What took a payment back is never replaced: a card that does not know of
    /// it is an older copy, and the proof may be nowhere else. Another proof of the same payment stands beside it: one of them may be an
    /// altered reading, and a judge tries all.
    /// </summary>
    /// <returns>Entries that are new or have changed since.</returns>
    public int Copy(IReadOnlyList<LogEntry> log) => store.Write(db => log.Count(e => IsNew(db, e)));

    private static bool IsNew(IWriteTransaction db, LogEntry e)
    {
        var rows = KeptPaymentTable.EntriesOf(db, e.H.Id);
        byte[] entry = Encode(e);
        bool proven = e.Entry.Proof is not null;
        if (rows.Exists(r => r.AsSpan().SequenceEqual(entry)) || (proven ? rows.Count(HasProof) >= MaxProofs : rows.Exists(HasProof)))
        {
            return false;
        }

        foreach (byte[] former in rows.Where(r => !HasProof(r)))
        {
            KeptPaymentTable.Remove(db, e.H.Id, former);
        }

        KeptPaymentTable.Add(db, e.H, entry);
        return true;
    }

    /// <summary>
    /// The card may forget an entry that stands in these records as it was read; or without its proof, where they have one.
    /// </summary>
    private bool IsKept(LogEntry e)
    {
        byte[] entry = Encode(e);
        return store.Read(db => KeptPaymentTable.EntriesOf(db, e.H.Id))
            .Exists(r => r.AsSpan().SequenceEqual(entry) || (e.Entry.Proof is null && HasProof(r)));
    }

    private static byte[] Encode(LogEntry e) => BerTlv.Encode(512, Unmarked(e.State, e.Entry).Write);

    /// <summary>
    /// How many entries of the card's log the card was told are kept, and are not: in lost records, in older ones, in another card's (rule
    /// R23).
    /// </summary>
    /// <param name="records">Null where there are none.</param>
    /// <exception cref="CardRefusedException">The card said no; the message says why.</exception>
    public static int Missing(WalletRecords? records, ICardChannel channel, string pin)
    {
        // By content: CONFIRM changes nothing that is kept, and the same slot may hold another coin by now. Of a payment with its proof
        // nothing is missing.
        var all = records?.All ?? [];
        var kept = all.Select(e => new LogReply(e.State, e.Entry).Content)
            .Concat(all.Where(e => e.Entry.Proof is not null).Select(e => AsSigned(e.Entry))).ToHashSet();
        return WalletTerminal.ReadLog(channel, pin).Count(e =>
            e.Entry.Acknowledged && !kept.Contains(new LogReply(e.State, e.Entry).Content)
                && !(MayLackProof(e.Entry) && kept.Contains(AsSigned(e.Entry))));
    }

    /// <summary>
    /// What took a payment back was kept with it before the card was told: records that have the payment alone are older ones.
    /// </summary>
    private static bool MayLackProof(LoggedPayment entry) => entry.Proof is null;

    /// <summary>This wallet has begun that withdrawal: it needs nobody's leave to end it (rule R16).</summary>
    public void Begun(WithdrawalId request) => store.Write(db => BegunWithdrawalTable.Begin(db, request));

    /// <summary>Keeps the order that the account key signed.</summary>
    public void Ordered(WithdrawalOrder order) => store.Write(db => BegunWithdrawalTable.Order(db, order));

    /// <summary>Orders of that account at that bank since then, in order of number.</summary>
    public IReadOnlyList<WithdrawalOrder> Orders(AccountId user, PartyId bank, Timestamp since) =>
        store.Read(db => BegunWithdrawalTable.OrdersSince(db, since)).FindAll(o => o.User == user && o.Bank == bank);

    /// <summary>That account's order of that number; null where it is not in these records.</summary>
    public WithdrawalOrder? Order(AccountId user, PartyId bank, uint number) =>
        store.Read(db => BegunWithdrawalTable.OrdersOf(db, number)).Find(o => o.User == user && o.Bank == bank);

    public bool IsBegun(WithdrawalId request) => store.Read(db => BegunWithdrawalTable.Holds(db, request));

    /// <summary>True if the issuer has answered this payment's S_W.</summary>
    public bool IsUploaded(PaymentId payment) => store.Read(db => UploadedTable.Holds(db, payment));

    /// <summary>The issuer has answered this payment's S_W.</summary>
    public void Uploaded(PaymentId payment) => store.Write(db => UploadedTable.Add(db, payment));

    /// <summary>
    /// Keeps certificates of the issuer's statement keys that the card has checked: with them a rebuttal is written without the bank that
    /// accuses.
    /// </summary>
    /// <remarks>
    /// Of more than <see cref="MaxCertificates"/> those that came first go: an issuer has one new statement key in years.
    /// </remarks>
    public void KeepCertificates(IEnumerable<KeyCertificate> certificates) => store.Write(db =>
        certificates.Sum(c => StatementKeyTable.Add(db, c)) + StatementKeyTable.RemoveAllBut(db, MaxCertificates));

    /// <summary>Certificates that were kept.</summary>
    public IReadOnlyList<KeyCertificate> Certificates => store.Read(StatementKeyTable.All);

    /// <summary>Everything that was kept, oldest first.</summary>
    public IReadOnlyList<(LogState State, LoggedPayment Entry, CashPayment H)> All => store.Read(KeptPaymentTable.All);

    /// <summary>
    /// Whether that certificate, which the root key signed for that bank, is one to go on with (rule R19): of the key that this wallet
    /// knows, or of one that the scheme certified later, which the wallet knows from then on. A key that the bank has given up is one that
    /// somebody may have found.
    /// </summary>
    /// <returns>Why not; null if it is.</returns>
    public string? Doubt(Digest scheme, PartyId bank, X509Certificate2 presented)
    {
        byte[] key = presented.PublicKey.EncodedKeyValue.RawData;
        long since = new DateTimeOffset(presented.NotBefore.ToUniversalTime()).ToUnixTimeSeconds();
        return store.Write(db =>
        {
            var known = KnownBankTable.Find(db, scheme, bank);
            if (known is not null && !known.Key.AsSpan().SequenceEqual(key) && since <= known.Since)
            {
                return $"it shows a key that bank {bank} has given up, and this wallet knows its newer one. Nothing was sent. Tell "
                    + $"your bank";
            }

            // An older certificate of the key that it knows makes no other key newer.
            long newest = Math.Max(since, known?.Since ?? since);
            KnownBankTable.Keep(db, scheme, bank, new KnownBankKey(key, newest));
            return null;
        });
    }

    private static bool HasProof(byte[] entry) => LogReply.Decode(entry)!.Payment?.Proof is not null;

    /// <summary>What the card said of the payment before anything took it back.</summary>
    private static Digest AsSigned(LoggedPayment entry) => new LogReply(LogState.Signed, entry with { Proof = null }).Content;

    /// <summary>Without the mark that it is kept, which every entry in here would have.</summary>
    private static LogReply Unmarked(LogState state, LoggedPayment entry) => new(state, entry with { Acknowledged = false });
}
