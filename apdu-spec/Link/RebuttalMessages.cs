using HierCash.Protocol.Cash;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Link;

/// <summary>What a bank answers to a rebuttal.</summary>
/// <param name="Stamp">That it came, and when.</param>
/// <param name="Certificate">Of PS_B, for whoever checks the stamp.</param>
/// <param name="Stands">Whether the accusation stands; null where this bank has no case about that coin.</param>
public sealed record RebutAnswer(Stamp Stamp, KeyCertificate Certificate, bool? Stands);

/// <summary>Wallet to bank: is there evidence against me, and what I show against it; wallet to issuer, sealed: stamp my rebuttal (rule R5).</summary>
public static class RebuttalMessages
{
    /// <summary>Notices in one reply.</summary>
    public const int MaxNotices = 256;

    /// <summary>Bytes of a rebuttal that a bank hears over the network; a larger one goes to its counter (`hiercash-bank rebut`).</summary>
    public const int MaxRebutSize = 384 * 1024;

    /// <param name="user">U: known to nobody but its bank and whoever has the card's PIN.</param>
    public static LinkMessage WriteNoticesRequest(AccountId user) =>
        new(MessageType.Notices, BerTlv.Encode(24, (ref BerTlvWriter w) => w.Write(WalletTag.U, user.Value.ToArray())));

    public static AccountId? ReadNoticesRequest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        return r.Complete ? user : null;
    }

    public static LinkMessage WriteNotices(IReadOnlyList<Notice> notices) => new(
        MessageType.NoticesReply,
        BerTlv.Encode(16 + (notices.Count * Notice.MaxEncodedSize), (ref BerTlvWriter w) =>
        {
            foreach (var notice in notices)
            {
                notice.Write(ref w);
            }
        }));

    public static IReadOnlyList<Notice>? ReadNotices(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var notices = new List<Notice>();
        while (r.HasMore && notices.Count < MaxNotices)
        {
            notices.Add(Notice.Read(ref r));
        }

        return r.Complete && message.Type == MessageType.NoticesReply ? notices : null;
    }

    /// <summary>Asks for the evidence file behind a notice, page by page: a wallet answers nothing that it has not checked (rule R5).</summary>
    /// <param name="page">Null: all of the file but the pages, and the reversals that were filed.</param>
    public static LinkMessage WriteAccusationRequest(AccountId user, CoinId coin, uint? page) => new(
        MessageType.Accusation, BerTlv.Encode(80, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.U, user.Value.ToArray());
            w.Write(WalletTag.CoinId, coin.Value.ToArray());
            if (page is { } index)
            {
                w.Write(WalletTag.PageIndex, index);
            }
        }));

    public static (AccountId User, CoinId Coin, uint? Page)? ReadAccusationRequest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
        uint? page = r.HasMore ? r.ReadUInt32(WalletTag.PageIndex) : null;
        return r.Complete ? (user, coin, page) : null;
    }

    /// <param name="root">The scheme's root key: a card has its hash.</param>
    public static LinkMessage WriteAccusation(PublicKey root, Evidence file)
    {
        var content = Bare(file).Encode();
        return new(MessageType.AccusationReply, BerTlv.Encode(80 + content.Length, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.PublicKey, root.Bytes);
            w.WriteEncoded(content);
        }));
    }

    /// <summary>The file as it travels: what stands outside the bank's signature is left out.</summary>
    private static Evidence Bare(Evidence file) => file with { Reversals = [], FiledKeys = [], Dossier = file.Dossier with { Pages = [] } };

    /// <returns>The root key, and the file without its pages; null where the message is malformed.</returns>
    public static (PublicKey Root, Evidence File)? ReadAccusation(LinkMessage message)
    {
        const int Head = 2 + PublicKey.Size;
        var r = new BerTlvReader(message.Body.AsSpan(0, Math.Min(Head, message.Body.Length)));
        var root = PublicKey.TryDecode(r.Read(WalletTag.PublicKey, PublicKey.Size));
        return message.Type == MessageType.AccusationReply && r.Complete && root is not null && Evidence.Decode(message.Body.AsSpan(Head)) is { } file ? (root, file) : null;
    }

    public static LinkMessage WriteAccusationPage(DossierPage page) => new(MessageType.AccusationReply, page.Encode());

    public static DossierPage? ReadAccusationPage(LinkMessage message) =>
        message.Type == MessageType.AccusationReply ? DossierPage.Decode(message.Body) : null;

    public static LinkMessage WriteRebut(CoinId coin, Rebuttal rebuttal)
    {
        var content = rebuttal.Encode();
        return new(MessageType.Rebut, BerTlv.Encode(48 + content.Length, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.CoinId, coin.Value.ToArray());
            w.WriteEncoded(content);
        }));
    }

    public static (CoinId Coin, Rebuttal Rebuttal)? ReadRebut(LinkMessage message)
    {
        const int Head = 3 + Digest.Size;
        int most = MaxRebutSize;
        Switches.Replace("R10 rebut size", ref most, int.MaxValue);
        if (message.Body.Length > most)
        {
            return null;
        }

        var r = new BerTlvReader(message.Body.AsSpan(0, Math.Min(Head, message.Body.Length)));
        var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
        return r.Complete && Rebuttal.Decode(message.Body.AsSpan(Head)) is { } rebuttal ? (coin, rebuttal) : null;
    }

    public static LinkMessage WriteRebutAnswer(RebutAnswer answer) => new(
        MessageType.RebutReply, BerTlv.Encode(Stamp.MaxEncodedSize + KeyCertificate.MaxEncodedSize + 8, (ref BerTlvWriter w) =>
        {
            answer.Stamp.Write(ref w);
            answer.Certificate.Write(ref w);
            if (answer.Stands is { } stands)
            {
                w.Write(WalletTag.State, (byte)(stands ? 1 : 2));
            }
        }));

    public static RebutAnswer? ReadRebutAnswer(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var stamp = Stamp.Read(ref r);
        var certificate = KeyCertificate.Read(ref r);
        bool? stands = null;
        if (r.HasMore)
        {
            byte state = r.ReadByte(WalletTag.State);
            stands = state == 1;
            if (state is not (1 or 2))
            {
                r.Fail();
            }
        }

        return r.Complete && message.Type == MessageType.RebutReply ? new RebutAnswer(stamp, certificate!, stands) : null;
    }

    public static LinkMessage WriteStampRequest(Digest rebuttal) =>
        new(MessageType.StampRebuttal, BerTlv.Encode(48, (ref BerTlvWriter w) => w.Write(WalletTag.Digest, rebuttal.ToArray())));

    public static Digest? ReadStampRequest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var subject = Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size));
        return r.Complete ? subject : null;
    }

    public static LinkMessage WriteStamp(Stamp stamp) => new(MessageType.StampRebuttalReply, stamp.Encode());

    public static Stamp? ReadStamp(LinkMessage message) => message.Type == MessageType.StampRebuttalReply ? Stamp.Decode(message.Body) : null;
}
