using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: the dossiers that wait for it; then what each proved (EP 0810563, claim 6, step 9e).</summary>
public static class DossierMessages
{
    public static LinkMessage WriteRequest() => new(MessageType.Dossiers, []);

    public static LinkMessage WriteReply(IReadOnlyList<Dossier> dossiers) => new(
        MessageType.DossiersReply, dossiers.SelectMany(d => d.Encode()).ToArray());

    public static IReadOnlyList<Dossier>? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var dossiers = new List<Dossier>();
        while (r.HasMore)
        {
            if (Dossier.Read(ref r) is { } dossier)
            {
                dossiers.Add(dossier);
            }
        }

        return r.Complete && message.Type == MessageType.DossiersReply ? dossiers : null;
    }

    /// <summary>The bank's finding. It names no user.</summary>
    public static LinkMessage WriteOutcome(CoinId coin, Proof proof) => new(
        MessageType.DossierOutcome,
        BerTlv.Encode(64, (ref BerTlvWriter w) =>
        {
            w.Write(Tag.CoinId, coin.Value.ToArray());
            w.Write(Tag.Verdict, (byte)proof);
        }));

    public static (CoinId Coin, Proof Proof)? ReadOutcome(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var coin = new CoinId(Digest.Read(r.ReadBytes(Tag.CoinId, Digest.Size)));
        byte proof = r.ReadByte(Tag.Verdict);
        return r.Complete && proof <= (byte)Proof.Excess ? (coin, (Proof)proof) : null;
    }
}
