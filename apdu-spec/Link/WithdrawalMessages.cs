using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: the order (EP 0810563, issuance step 1).</summary>
public static class WithdrawMessage
{
    public static LinkMessage Write(WithdrawalOrder order) => new(MessageType.Withdraw, BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write));

    public static WithdrawalOrder? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var order = WithdrawalOrder.Read(ref r);
        return r.Complete ? order : null;
    }
}

/// <summary>Issuer to bank (E_K or "never issued"), and bank to wallet (the same, or neither while it is still asking).</summary>
/// <param name="EK">E_K, 112 bytes; 144 where the issuer made the key.</param>
/// <param name="Never">The issuer's word that there will be no cash; the bank has given the money back, or never took it.</param>
/// <param name="Text">For people: why the bank did not want it; only from bank to wallet, beside <paramref name="Never"/>.</param>
public sealed record WithdrawalAnswer(byte[]? EK, NonIssuanceStatement? Never, string? Text = null)
{
    private const int MaxText = 200;

    /// <summary>Debited, asked for, not answered yet. Ask again later with the same E_I.</summary>
    public static readonly WithdrawalAnswer Pending = new(null, null);

    public LinkMessage ToMessage(MessageType type) => new(type, BerTlv.Encode(500, (ref BerTlvWriter w) =>
    {
        if (EK is not null)
        {
            w.Write(WalletTag.EK, EK);
        }

        Never?.Write(ref w);
        if (Text is not null)
        {
            w.Write(WalletTag.Text, Text);
        }
    }));

    public static WithdrawalAnswer? Read(LinkMessage message, MessageType expected)
    {
        var r = new BerTlvReader(message.Body);
        byte[]? ek = r.Next(WalletTag.EK) ? r.Read(WalletTag.EK).ToArray() : null;
        if (ek is not null && !CashAnswer.IsEnciphered(ek.Length))
        {
            return null;
        }

        var never = r.Next(WalletTag.NonIssuanceStatement) ? NonIssuanceStatement.Read(ref r) : null;
        string? text = never is not null && r.HasMore ? PlainText.Escape(r.ReadText(WalletTag.Text, MaxText)) : null;
        return r.Complete && message.Type == expected && (ek is null || never is null) ? new WithdrawalAnswer(ek, never, text) : null;
    }
}

/// <summary>Bank to issuer: the request with S_B (EP 0810563, issuance step 2); as Withhold: never issue it, if it was not issued.</summary>
public static class IssueMessage
{
    public static LinkMessage Write(IssueRequest request, bool withhold) => new(
        withhold ? MessageType.Withhold : MessageType.Issue, BerTlv.Encode(IssueRequest.MaxEncodedSize, request.Write));

    public static IssueRequest? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var request = IssueRequest.Read(ref r);
        return r.Complete ? request : null;
    }
}

/// <summary>Anyone to bank: the scheme's certificates, which prove themselves.</summary>
public sealed record CertificatesReply(IReadOnlyList<KeyCertificate> Certificates)
{
    /// <summary>What one frame holds with room to spare: more rotations than a scheme sees in its life.</summary>
    private const int Max = 4096;

    /// <summary>The newest, if there are more than one message holds.</summary>
    public LinkMessage ToMessage() => new(MessageType.CertificatesReply, BerTlv.Encode(Math.Max(1, Math.Min(Max, Certificates.Count)) * KeyCertificate.MaxEncodedSize, (ref BerTlvWriter w) =>
    {
        foreach (var certificate in Certificates.TakeLast(Max))
        {
            certificate.Write(ref w);
        }
    }));

    public static CertificatesReply? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var certificates = new List<KeyCertificate>();
        while (r.HasMore && certificates.Count < Max)
        {
            if (KeyCertificate.Read(ref r) is { } certificate)
            {
                certificates.Add(certificate);
            }
        }

        return r.Complete && message.Type == MessageType.CertificatesReply ? new CertificatesReply(certificates) : null;
    }
}

/// <summary>Bank or shop to issuer: certificates of the issuer's own keys that it does not give any more. Its root key signed them; whose copy lacks them is an older one (R27).</summary>
public static class ShownCertificates
{
    /// <summary>In one message; at the next visit come further ones.</summary>
    public const int Max = 64;

    public static LinkMessage Write(IReadOnlyList<KeyCertificate> certificates) => new(
        MessageType.ShowCertificates,
        BerTlv.Encode(Math.Max(1, Math.Min(Max, certificates.Count)) * KeyCertificate.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            foreach (var certificate in certificates.Take(Max))
            {
                certificate.Write(ref w);
            }
        }));

    public static IReadOnlyList<KeyCertificate>? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var certificates = new List<KeyCertificate>();
        while (r.HasMore && certificates.Count < Max && KeyCertificate.Read(ref r) is { } certificate)
        {
            certificates.Add(certificate);
        }

        return r.Complete && message.Type == MessageType.ShowCertificates ? certificates : null;
    }

    public static LinkMessage WriteReply() => new(MessageType.ShowCertificatesReply, []);
}
