using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What a user shows against an accusation (hole 19): S_W and dead statements that strike payments out, with the certificates of those who signed these.</summary>
/// <param name="Certificates">Of statement keys, and of banks that stamped.</param>
public sealed record Rebuttal(IReadOnlyList<VoidStatement> Voids, IReadOnlyList<DeadStatement> Dead, IReadOnlyList<KeyCertificate> Certificates)
{
    private const int MaxObjects = 4096;

    public static readonly Rebuttal None = new([], [], []);

    /// <summary>By the issuer or banks, over <see cref="Digest"/>: that it came in time (rule R5).</summary>
    public IReadOnlyList<Stamp> Stamps { get; init; } = [];

    /// <summary>SHA-256 of the voids and dead statements: what a stamp stamps.</summary>
    public Digest Digest => Cash.Digest.Of(BerTlv.Encode(MaxEncodedSize, WriteStatements));

    private int MaxEncodedSize => (Voids.Count * VoidStatement.MaxEncodedSize) + (Dead.Count * DeadStatement.MaxEncodedSize)
        + (Certificates.Count * KeyCertificate.MaxEncodedSize) + (Stamps.Count * Stamp.MaxEncodedSize) + 16;

    /// <summary>The void that strikes the payment out, if there is one.</summary>
    public VoidStatement? VoidOf(ICashSuite suite, CashPayment h) => Voids.FirstOrDefault(v => v.Voids(suite, h));

    /// <summary>The dead statement that strikes the payment out, if there is one: then the issuer counted what it had pronounced dead.</summary>
    /// <param name="until">Statements dated later never count (rule R5).</param>
    public DeadStatement? DeathOf(ICashSuite suite, PublicKey root, CashPayment h, Timestamp until) => Dead.FirstOrDefault(d =>
        IsOf(d, h) && IsInTime(d, until) && Certificates.Any(c => MaySign(c, d, suite, root) && IsSigned(d, suite, c.Key)));

    /// <summary>True if the issuer or a bank stamped it before the end of the term.</summary>
    public bool IsStampedBefore(ICashSuite suite, PublicKey root, Timestamp until)
    {
        var digest = Digest;
        bool stamped = Stamps.Any(s => s.Subject == digest && s.Date < until && s.Verify(suite, root, Certificates));
        Switches.On("R5 stamp", ref stamped);
        return stamped;
    }

    /// <summary>
    /// When that bank first stamped it, if that was before the end of the term: it has seen what it stamped, and has to bring it to the issuer (rule R3). The
    /// issuer stamps a hash, and nobody has heard anything by that.
    /// </summary>
    public Timestamp? HeardOn(ICashSuite suite, PublicKey root, Timestamp until, PartyId bank)
    {
        var digest = Digest;
        return Stamps.Where(s => s.Role == StampRole.Bank && s.Stamper == bank && s.Subject == digest && s.Date < until && s.Verify(suite, root, Certificates))
            .Select(s => (Timestamp?)s.Date).Min();
    }

    /// <summary>With a further stamp and the certificate of who gave it.</summary>
    public Rebuttal With(Stamp stamp, IEnumerable<KeyCertificate> certificates) => this with
    {
        Stamps = [.. Stamps, stamp], Certificates = [.. Certificates.Concat(certificates).DistinctBy(c => c.Digest)],
    };

    /// <summary>Only what speaks of one coin: nobody learns of another one by it.</summary>
    public Rebuttal About(CoinId coin) => new([.. Voids.Where(v => v.Coin == coin)], [.. Dead.Where(d => d.Coin == coin)], Certificates);

    private static bool IsOf(DeadStatement statement, CashPayment h)
    {
        bool its = statement.Payment == h.Id && statement.Issuer == h.Coin.Terms.Issuer;
        Switches.On("R5 death of it", ref its);
        return its;
    }

    private static bool MaySign(KeyCertificate certificate, DeadStatement statement, ICashSuite suite, PublicKey root)
    {
        bool may = certificate.Usage == KeyUsage.IssuerStatement && certificate.Holder == statement.Issuer && certificate.Verify(suite, root);
        Switches.On("R5 death key", ref may);
        return may;
    }

    private static bool IsSigned(DeadStatement statement, ICashSuite suite, PublicKey key)
    {
        bool signed = statement.Verify(suite, key);
        Switches.On("R5 death signed", ref signed);
        return signed;
    }

    private static bool IsInTime(DeadStatement statement, Timestamp until)
    {
        bool inTime = statement.Date <= until;
        Switches.On("R5 dead", ref inTime);
        return inTime;
    }

    private void WriteStatements(ref BerTlvWriter writer)
    {
        foreach (var statement in Voids)
        {
            statement.Write(ref writer);
        }

        foreach (var statement in Dead)
        {
            statement.Write(ref writer);
        }
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, (ref BerTlvWriter writer) =>
    {
        WriteStatements(ref writer);
        foreach (var certificate in Certificates)
        {
            certificate.Write(ref writer);
        }

        foreach (var stamp in Stamps)
        {
            stamp.Write(ref writer);
        }
    });

    /// <summary>Null unless the bytes are voids, dead statements, certificates and stamps, in this order, and nothing else.</summary>
    public static Rebuttal? Decode(ReadOnlySpan<byte> bytes)
    {
        var r = new BerTlvReader(bytes);
        var voids = new List<VoidStatement>();
        var dead = new List<DeadStatement>();
        var certificates = new List<KeyCertificate>();
        var stamps = new List<Stamp>();
        while (r.Next(Tag.Void) && voids.Count < MaxObjects)
        {
            voids.Add(VoidStatement.Read(ref r));
        }

        while (r.Next(Tag.DeadStatement) && dead.Count < MaxObjects)
        {
            dead.Add(DeadStatement.Read(ref r));
        }

        while (r.Next(Tag.Certificate) && certificates.Count < MaxObjects && KeyCertificate.Read(ref r) is { } certificate)
        {
            certificates.Add(certificate);
        }

        while (r.Next(Tag.Stamp) && stamps.Count < MaxObjects)
        {
            stamps.Add(Stamp.Read(ref r));
        }

        return r.Complete ? new Rebuttal(voids, dead, certificates) { Stamps = stamps } : null;
    }
}
