using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What a user shows against an accusation (hole 19): S_W and dead statements that strike payments out, with the certificates of those who signed these.</summary>
public sealed record Rebuttal(IReadOnlyList<VoidStatement> Voids, IReadOnlyList<DeadStatement> Dead, IReadOnlyList<KeyCertificate> Certificates)
{
    private const int MaxObjects = 4096;

    public static readonly Rebuttal None = new([], [], []);

    /// <summary>The void that strikes the payment out, if there is one: then its shop settled what it had taken back.</summary>
    public VoidStatement? VoidOf(ICashSuite suite, CashPayment h) => Voids.FirstOrDefault(v => v.Voids(suite, h));

    /// <summary>The dead statement that strikes the payment out, if there is one: then the issuer counted what it had pronounced dead.</summary>
    public DeadStatement? DeathOf(ICashSuite suite, PublicKey root, CashPayment h) => Dead.FirstOrDefault(d =>
        d.Payment == h.Id && d.Issuer == h.Coin.Terms.Issuer
        && Certificates.Any(c => c.Usage == KeyUsage.IssuerStatement && c.Holder == d.Issuer && c.Verify(suite, root) && d.Verify(suite, c.Key)));

    public byte[] Encode() => BerTlv.Encode(
        (Voids.Count * VoidStatement.MaxEncodedSize) + (Dead.Count * DeadStatement.MaxEncodedSize) + (Certificates.Count * KeyCertificate.MaxEncodedSize) + 16,
        (ref BerTlvWriter writer) =>
        {
            foreach (var statement in Voids)
            {
                statement.Write(ref writer);
            }

            foreach (var statement in Dead)
            {
                statement.Write(ref writer);
            }

            foreach (var certificate in Certificates)
            {
                certificate.Write(ref writer);
            }
        });

    /// <summary>Null unless the bytes are voids, dead statements and certificates, in this order, and nothing else.</summary>
    public static Rebuttal? Decode(ReadOnlySpan<byte> bytes)
    {
        var r = new BerTlvReader(bytes);
        var voids = new List<VoidStatement>();
        var dead = new List<DeadStatement>();
        var certificates = new List<KeyCertificate>();
        while (r.Next(Tag.Void) && voids.Count < MaxObjects)
        {
            voids.Add(VoidStatement.Read(ref r));
        }

        while (r.Next(Tag.DeadStatement) && dead.Count < MaxObjects)
        {
            dead.Add(DeadStatement.Read(ref r));
        }

        while (r.HasMore && certificates.Count < MaxObjects)
        {
            if (KeyCertificate.Read(ref r) is { } certificate)
            {
                certificates.Add(certificate);
            }
        }

        return r.Complete ? new Rebuttal(voids, dead, certificates) : null;
    }
}
