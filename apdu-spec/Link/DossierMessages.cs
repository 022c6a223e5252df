using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>A reversal that the issuer signed after the bank had the dossier, with its place in the order of all that it told this bank (rule R3).</summary>
public sealed record CaseReversal(ulong Number, CoinId Coin, Reversal Reversal);

/// <summary>Bank to issuer: the dossiers that wait for it, one at a time and page by page; what each proved; later reversals (claim 6, step 9e; rule R9).</summary>
public static class DossierMessages
{
    /// <summary>Reversals in one reply; ask again for more.</summary>
    public const int MaxReversals = 1024;

    /// <summary>Asks for the first waiting dossier whose coin id is greater, so that a case which cannot be judged stops no other.</summary>
    /// <param name="after">Null: the first of all.</param>
    public static LinkMessage WriteRequest(CoinId? after) =>
        new(MessageType.Dossiers, after is not { } coin ? [] : BerTlv.Encode(48, (ref BerTlvWriter w) => w.Write(WalletTag.CoinId, coin.Value.ToArray())));

    /// <returns>Null where the request is malformed; else the coin id, zeros for the first of all.</returns>
    public static CoinId? ReadRequest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var after = r.HasMore ? new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size))) : default;
        return r.Complete ? after : null;
    }

    public static LinkMessage WriteReply(DossierHeader? header) => new(MessageType.DossiersReply, header?.Encode() ?? []);

    /// <returns>False where the reply is malformed; no header where no dossier waits.</returns>
    public static bool ReadReply(LinkMessage message, out DossierHeader? header)
    {
        header = message.Body.Length == 0 ? null : DossierHeader.Decode(message.Body);
        return message.Type == MessageType.DossiersReply && (header is not null || message.Body.Length == 0);
    }

    public static LinkMessage WritePageRequest(CoinId coin, uint revision, uint index) => new(
        MessageType.DossierPage,
        BerTlv.Encode(64, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.CoinId, coin.Value.ToArray());
            w.Write(WalletTag.DossierRevision, revision);
            w.Write(WalletTag.PageIndex, index);
        }));

    public static (CoinId Coin, uint Revision, uint Index)? ReadPageRequest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
        uint revision = r.ReadUInt32(WalletTag.DossierRevision);
        uint index = r.ReadUInt32(WalletTag.PageIndex);
        return r.Complete ? (coin, revision, index) : null;
    }

    public static LinkMessage WritePageReply(byte[] page) => new(MessageType.DossierPageReply, page);

    public static DossierPage? ReadPageReply(LinkMessage message) => message.Type == MessageType.DossierPageReply ? DossierPage.Decode(message.Body) : null;

    /// <summary>The bank's finding on a revision. It names no user.</summary>
    public static LinkMessage WriteOutcome(CoinId coin, uint revision, Proof proof) => new(
        MessageType.DossierOutcome,
        BerTlv.Encode(64, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.CoinId, coin.Value.ToArray());
            w.Write(WalletTag.DossierRevision, revision);
            w.Write(WalletTag.Verdict, (byte)proof);
        }));

    public static (CoinId Coin, uint Revision, Proof Proof)? ReadOutcome(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
        uint revision = r.ReadUInt32(WalletTag.DossierRevision);
        var proof = (Proof)r.ReadByte(WalletTag.Verdict);
        return r.Complete && Enum.IsDefined(proof) ? (coin, revision, proof) : null;
    }

    /// <summary>Asks for reversals of payments in the bank's cases.</summary>
    /// <param name="after">All up to this number are filed.</param>
    public static LinkMessage WriteReversalsRequest(ulong after) =>
        new(MessageType.CaseReversals, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(WalletTag.Number, after)));

    public static ulong? ReadReversalsRequest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong after = r.ReadUInt64(WalletTag.Number);
        return r.Complete ? after : null;
    }

    public static LinkMessage WriteReversalsReply(IReadOnlyList<CaseReversal> reversals) => new(
        MessageType.CaseReversalsReply,
        BerTlv.Encode(16 + (reversals.Count * (Reversal.MaxEncodedSize + 64)), (ref BerTlvWriter w) =>
        {
            foreach (var item in reversals)
            {
                w.Write(WalletTag.Number, item.Number);
                w.Write(WalletTag.CoinId, item.Coin.Value.ToArray());
                item.Reversal.Write(ref w);
            }
        }));

    public static IReadOnlyList<CaseReversal>? ReadReversalsReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var reversals = new List<CaseReversal>();
        while (r.HasMore && reversals.Count < MaxReversals)
        {
            ulong number = r.ReadUInt64(WalletTag.Number);
            var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
            reversals.Add(new CaseReversal(number, coin, Reversal.Read(ref r)));
        }

        return r.Complete && message.Type == MessageType.CaseReversalsReply ? reversals : null;
    }
}
