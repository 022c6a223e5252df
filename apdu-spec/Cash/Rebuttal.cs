namespace HierCash.Protocol.Cash;

/// <summary>
/// What a user shows against an accusation (hole 19): S_W and dead statements that strike payments out, with the certificates of those who
/// signed these.
/// </summary>
/// <param name="Certificates">Of statement keys, and of banks that stamped.</param>
public sealed record Rebuttal(
    IReadOnlyList<VoidStatement> Voids, IReadOnlyList<NonSettlementStatement> Dead, IReadOnlyList<KeyCertificate> Certificates)
{
    /// <summary>Most voids, and most dead statements, in a file.</summary>
    public const int MaxStatements = 4096;

    /// <summary>Most certificates: a wallet keeps 256, takes as many from its bank, and a few come with stamps.</summary>
    public const int MaxCertificates = 640;

    /// <summary>Most stamps.</summary>
    public const int MaxStamps = 64;

    /// <summary>
    /// Of one payment so many statements of a kind are looked at: an honest wallet has one, and the altered readings that it may have met.
    /// </summary>
    private const int MaxOfOne = 16;

    public static readonly Rebuttal None = new([], [], []);

    /// <summary>By the issuer or banks, over <see cref="Digest"/>: that it came in time (rule R5).</summary>
    public IReadOnlyList<Stamp> Stamps { get; init; } = [];

    /// <summary>It strikes nothing out.</summary>
    public bool IsEmpty => Voids.Count + Dead.Count == 0;

    /// <summary>SHA-256 of the voids and dead statements: what a stamp stamps.</summary>
    public Digest Digest => Cash.Digest.Of(BerTlv.Encode(MaxEncodedSize, WriteStatements));

    internal int MaxEncodedSize => (Voids.Count * VoidStatement.MaxEncodedSize) + (Dead.Count * NonSettlementStatement.MaxEncodedSize)
        + (Certificates.Count * KeyCertificate.MaxEncodedSize) + (Stamps.Count * Stamp.MaxEncodedSize) + 16;

    /// <summary>The void that strikes the payment out, if there is one.</summary>
    public VoidStatement? VoidOf(ICashSuite suite, CashPayment h)
    {
        // Before any key is decoded: whoever sends thousands under one seq has a few of them looked at (rule R10).
        var coin = h.Coin.Id;
        return Few(Voids.Where(v => v.Seq == h.Seq && v.Coin == coin)).FirstOrDefault(v => v.Voids(suite, h));
    }

    /// <summary>
    /// The dead statement that strikes the payment out, if there is one: then the issuer counted what it had pronounced dead.
    /// </summary>
    /// <param name="until">Statements dated later never count (rule R5).</param>
    public NonSettlementStatement? DeathOf(ICashSuite suite, PublicKey root, CashPayment h, Timestamp until)
    {
        // Hashed once, however many statements there are (rule R10).
        var id = h.Id;
        return Few(Dead.Where(d => IsOf(d, id, h.Coin.Terms.Issuer) && IsInTime(d, until)))
            .FirstOrDefault(d => Certificates.Any(c => MaySign(c, d, suite, root) && IsSigned(d, suite, c.Key)));
    }

    /// <summary>True if the issuer or a bank stamped it before the end of the term.</summary>
    public bool IsStampedBefore(ICashSuite suite, PublicKey root, Timestamp until)
    {
        var digest = Digest;
        return Stamps.Any(s => s.Subject == digest && s.Date < until && s.Verify(suite, root, Certificates));
    }

    /// <summary>
    /// When that bank first heard it, if that was before the end of the term: it has kept what it stamped, and brings it to the issuer
    /// (rule R3). The issuer stamps a hash, a witness brings nothing anywhere: nobody has heard anything by that.
    /// </summary>
    /// <param name="bank">The bank's key in the file. One that it had before does not count: its date is what the signer writes.</param>
    /// <param name="revoked">Keys of the bank that do not count, for the same reason.</param>
    public Timestamp? HeardOn(ICashSuite suite, PublicKey root, Timestamp until, KeyCertificate bank, IReadOnlyCollection<KeyId> revoked)
    {
        var digest = Digest;
        var keys = Certificates.Where(c => c.NotBefore >= bank.NotBefore && !revoked.Contains(c.Key.Id)).ToList();
        return Stamps.Where(s => IsOfBank(s, bank.Holder) && IsOver(s, digest) && s.Date < until && IsGiven(s))
            .Select(s => (Timestamp?)s.Date).Min();

        bool IsGiven(Stamp stamp) => stamp.Verify(suite, root, keys);
    }

    private static bool IsOfBank(Stamp stamp, PartyId bank)
    {
        bool its = stamp.Stamper == bank;
        return its && stamp.Role == StampRole.Bank;
    }

    private static bool IsOver(Stamp stamp, Digest digest) => stamp.Subject == digest;

    /// <summary>
    /// Without what nobody believes: certificates that the root key did not sign, and stamps that nobody gave. What is stored was looked at
    /// once, and costs nobody that work again (rule R10). The statements stay as they are: the stamps are over all of them.
    /// </summary>
    /// <param name="beside">Certificates that count for it too.</param>
    public Rebuttal Genuine(ICashSuite suite, PublicKey root, IEnumerable<KeyCertificate> beside)
    {
        var digest = Digest;
        IReadOnlyList<KeyCertificate> certificates =
            [.. Certificates.DistinctBy(c => c.Digest).Where(c => c.Verify(suite, root)).Take(MaxCertificates - MaxStamps)];
        var all = certificates.Concat(beside).ToList();

        // The earliest of each who stamped says all that a later one does.
        IReadOnlyList<Stamp> stamps =
        [
            .. Stamps.Where(s => s.Subject == digest && s.Verify(suite, root, all)).OrderBy(s => s.Date)
            .DistinctBy(s => (s.Stamper, s.Role)).Take(MaxStamps / 2),
        ];
        return this with { Certificates = certificates, Stamps = stamps };
    }

    private static IEnumerable<T> Few<T>(IEnumerable<T> statements) => statements.Take(MaxOfOne);

    /// <summary>With a further stamp and the certificate of who gave it.</summary>
    public Rebuttal With(Stamp stamp, IEnumerable<KeyCertificate> certificates) => this with
    {
        Stamps = [.. Stamps, stamp], Certificates = [.. Certificates.Concat(certificates).DistinctBy(c => c.Digest)],
    };

    /// <summary>With the certificates and stamps that came with the same statements before; as many as a file holds.</summary>
    public Rebuttal Joined(Rebuttal other)
    {
        IEnumerable<Stamp> more = other.Stamps.Where(s => !Stamps.Any(o => o.Signature.AsSpan().SequenceEqual(s.Signature)));
        return (this with { Stamps = [.. Stamps, .. more],
            Certificates = [.. Certificates.Concat(other.Certificates).DistinctBy(c => c.Digest)] }).Kept();
    }

    /// <summary>
    /// With no more stamps and certificates than a file holds: the earliest stamp of each, the first certificates. However often it is
    /// shown, it does not grow.
    /// </summary>
    public Rebuttal Kept() => KeptStamps() with
    {
        // Banks' come with stamps, one with each: those of the issuer's keys, of which an accuser says many, give way.
        Certificates = Certificates.Count <= MaxCertificates ? Certificates
            : [.. Certificates.OrderBy(c => c.Usage == KeyUsage.Bank ? 0 : 1).Take(MaxCertificates)],
    };

    private Rebuttal KeptStamps() => Stamps.Count < MaxStamps / 2 ? this : this with
    {
        Stamps = [.. Stamps.GroupBy(s => (s.Stamper, s.Role)).SelectMany(g => g.OrderBy(s => s.Date).Take(4)).OrderBy(s => s.Date)
            .Take(MaxStamps / 2)],
    };

    /// <summary>Only what speaks of one coin: nobody learns of another one by it.</summary>
    public Rebuttal About(CoinId coin) => new([.. Voids.Where(v => v.Coin == coin)], [.. Dead.Where(d => d.Coin == coin)], Certificates);

    private static bool IsOf(NonSettlementStatement statement, PaymentId payment, PartyId issuer) =>
        statement.Payment == payment && statement.Issuer == issuer;

    private static bool MaySign(KeyCertificate certificate, NonSettlementStatement statement, ICashSuite suite, PublicKey root) =>
        certificate.Usage == KeyUsage.IssuerStatement && certificate.Holder == statement.Issuer
            && certificate.Verify(suite, root);

    private static bool IsSigned(NonSettlementStatement statement, ICashSuite suite, PublicKey key) => statement.Verify(suite, key);

    private static bool IsInTime(NonSettlementStatement statement, Timestamp until) => statement.Date <= until;

    private void WriteStatements(ref BerTlvWriter writer)
    {
        writer.WriteAll(Voids);

        writer.WriteAll(Dead);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, (ref BerTlvWriter writer) =>
    {
        WriteStatements(ref writer);
        writer.WriteAll(Certificates);

        writer.WriteAll(Stamps);
    });

    /// <summary>
    /// Null unless the bytes are voids, dead statements, certificates and stamps, in this order, no more than may be, and nothing else.
    /// </summary>
    public static Rebuttal? Decode(ReadOnlySpan<byte> bytes)
    {
        var r = new BerTlvReader(bytes);
        var voids = r.ReadSome<VoidStatement>(MaxStatements);
        var dead = r.ReadSome<NonSettlementStatement>(MaxStatements);
        var certificates = r.ReadSome<KeyCertificate>(MaxCertificates);
        var stamps = r.ReadSome<Stamp>(MaxStamps);
        return r.Complete ? new Rebuttal(voids, dead, certificates) { Stamps = stamps } : null;
    }
}
