namespace HierCash.Protocol.Cash;

/// <summary>
/// What the issuer hands a bank to trace an overspender (EP 0810563, claim 6, step 9e): a signed header with the opening of E_I, and
/// payments in pages. It never holds U.
/// </summary>
public sealed record Dossier(DossierHeader Header, IReadOnlyList<DossierPage> Pages)
{
    public int MaxEncodedSize => Header.Room + Pages.Sum(p => p.Room);

    /// <summary>Cuts payments into pages and signs the header over their hashes.</summary>
    /// <param name="header">Whatever stands in its pages and signature is replaced.</param>
    public static Dossier Sign(ISigningKey statement, DossierHeader header, IEnumerable<DossierEntry> entries)
    {
        var pages = DossierPage.Cut(entries);
        return new Dossier((header with { Pages = [.. pages.Select(p => p.Hash)] }).SignedBy(statement), pages);
    }

    public CoinId Coin => Header.Coin;

    /// <summary>The entries, each payment once.</summary>
    public IReadOnlyList<DossierEntry> Entries
    {
        get
        {
            var all = Pages.SelectMany(p => p.Entries);
            return [.. all.DistinctBy(e => e.H.Id)];
        }
    }

    public IReadOnlyList<CashPayment> Payments => [.. Entries.Select(e => e.H)];

    /// <summary>
    /// True if the coin is what the user ordered: its key of encryption, X and currency. E_I hides them from the bank, which looks here.
    /// </summary>
    public bool IsOf(WithdrawalOrder order) =>
        order.Key == Header.EncryptionKey.Key.Id && order.FaceValue == Header.FaceValue
            && order.Currency == Entries[0].H.Coin.Terms.Currency;

    /// <summary>Sum of y over distinct payment ids.</summary>
    public Amount Spent => Sum(Entries, e => e.H.Paid);

    /// <summary>What the receipts guarantee to shops.</summary>
    public Amount Guaranteed => Sum(Entries, e => e.Receipt.Share.Guaranteed);

    /// <summary>True if the pages are those that the header names.</summary>
    public bool HasItsPages => Pages.Count == Header.Pages.Count && Pages.Select(p => p.Hash).SequenceEqual(Header.Pages);

    /// <summary>E_I: m enciphered again.</summary>
    public byte[]? EncipheredRequest(ICashSuite suite) => CoinRequest.Decode(Header.Opening)?.Encipher(suite, Header.EncryptionKey.Key);

    /// <summary>Checks everything from the root key alone; no database.</summary>
    public Proof Check(ICashSuite suite, PublicKey root, ReadOnlySpan<byte> ei)
    {
        if ((Header.Fault(suite, root) ?? (HasItsPages ? null : Proof.HeaderInvalid)) is { } fault)
        {
            return fault;
        }

        if (CoinRequest.Decode(Header.Opening) is not { } m)
        {
            return Proof.OpeningMismatch;
        }

        bool possessed = m.VerifyPossession(suite, Header.EncryptionKey.Key.Id);
        bool opens = possessed && m.Encipher(suite, Header.EncryptionKey.Key).AsSpan().SequenceEqual(ei);
        if (!opens)
        {
            return Proof.OpeningMismatch;
        }

        var entries = Entries;
        bool faced = Header.FaceValue == m.FaceValue;
        bool one = entries.All(e => e.H.Coin.Id == Coin);
        if (!faced || !one || entries.Any(e => !BelongsTo(e.H.Coin, m)))
        {
            return Proof.OtherCoin;
        }

        return PaymentFault(suite, entries) ?? ReceiptFault(suite, Derivations.W(root), entries) ?? Weigh(entries);
    }

    private Proof? PaymentFault(ICashSuite suite, IReadOnlyList<DossierEntry> entries)
    {
        // The coin is one; only the bytes of S_I could differ.
        bool issued = entries.Select(e => e.H.Coin).DistinctBy(c => Convert.ToHexString(c.SI))
            .All(c => c.Terms.IssuerKey == Header.CoinKey.Key.Id && c.Verify(suite, Header.CoinKey.Key));
        bool signed = entries.All(e => e.H.Verify(suite));
        return issued && signed ? null : Proof.PaymentInvalid;
    }

    private Proof? ReceiptFault(ICashSuite suite, TillId redemption, IReadOnlyList<DossierEntry> entries)
    {
        var batches = new HashSet<(Digest Root, string Signature)>();
        // Only a redemption has no till that could have submitted it.
        bool answered = entries.All(e => IsAnswer(suite, e)
            && (e.Submission is { } proof ? IsSubmitted(suite, e.H, proof, batches) : e.H.Till == redemption));
        return answered ? null : Proof.ReceiptInvalid;
    }

    /// <summary>
    /// True if the issuer says in it that this very payment counts: what it cancelled, or pronounced dead or late, is evidence of nothing.
    /// </summary>
    private bool IsAnswer(ICashSuite suite, DossierEntry e)
    {
        bool counts = e.Receipt.Verdict is Verdict.Settled or Verdict.Excess or Verdict.Equivocation;
        bool its = e.Receipt.Issuer == Header.Issuer && e.Receipt.Subject == e.H.Id.Value && e.Receipt.Paid == e.H.Paid
            && e.Receipt.Currency == e.H.Coin.Terms.Currency;
        bool signed = Header.StatementKeys.Any(k => e.Receipt.Verify(suite, k.Key));
        return counts && its && signed && e.Receipt.IsSound;
    }

    /// <summary>A batch has one signature for all its payments: it is verified once.</summary>
    private static bool IsSubmitted(ICashSuite suite, CashPayment h, SubmissionProof proof, HashSet<(Digest, string)> batches)
    {
        var batch = (MerkleTree.RootFrom(h.Id.Value, proof.Index, proof.Count, proof.Path) ?? default,
            $"{h.Till} {proof.Submission.Date.Microseconds} {proof.Submission.Queued.Microseconds} "
                + $"{Convert.ToHexString(proof.Submission.TillKey)} {Convert.ToHexString(proof.Submission.Signature)}");
        if (batches.Contains(batch))
        {
            return true;
        }

        return proof.Proves(suite, h) && batches.Add(batch);
    }

    private Proof Weigh(IReadOnlyList<DossierEntry> entries)
    {
        var spent = Sum(entries, e => e.H.Paid);
        if (spent <= Header.FaceValue)
        {
            bool claims = !Header.Claimed.IsZero;
            return claims ? Proof.ClaimInvalid : entries.GroupBy(e => e.H.Seq).Any(g => g.Count() > 1) ? Proof.Equivocation : Proof.Nothing;
        }

        bool owed = Header.Claimed <= spent - Header.FaceValue;
        bool promised = Header.Claimed <= Sum(entries, e => e.Receipt.Share.Guaranteed);
        return owed && promised ? Proof.Excess : Proof.ClaimInvalid;
    }

    private static bool BelongsTo(Coin coin, CoinRequest m)
    {
        bool its = coin.NU.AsSpan().SequenceEqual(m.NU) && coin.Terms.FaceValue == m.FaceValue && coin.Terms.Currency == m.Currency
            && coin.Terms.TM == m.TM;
        return its && IsHoldersOwn(coin);
    }

    /// <summary>A coin whose key the issuer made proves nothing against its holder: the issuer could have signed (hole 14).</summary>
    private static bool IsHoldersOwn(Coin coin) => !coin.Terms.IssuerKeyed;

    internal static Amount Sum(IEnumerable<DossierEntry> entries, Func<DossierEntry, Amount> part) =>
        entries.Aggregate(Amount.Zero, (sum, e) => sum + part(e));
}
