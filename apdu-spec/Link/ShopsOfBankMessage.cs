namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer, when the bank was restored from a copy (R27): who its shops are.</summary>
public sealed record ShopsOfBankMessage : ILinkRequest<ShopsOfBankMessage, ShopsOfBankReply>, IEmptyBody<ShopsOfBankMessage>
{
    public static MessageType Type => MessageType.ShopsOfBank;
}

/// <param name="Shops">Those with an account at the bank.</param>
public sealed record ShopsOfBankReply(IReadOnlyList<(Digest Account, string Name)> Shops) : ILinkBody<ShopsOfBankReply>
{
    public static MessageType Type => MessageType.ShopsOfBankReply;

    public static BodyLimit Limit => BodyLimit.OfReplyFrame(BodyLimit.AsFit);

    public int Room => Shops.Count * 320;

    public int Entries => Shops.Count;

    public void Write(ref BerTlvWriter writer)
    {
        foreach (var (account, name) in Shops)
        {
            writer.Write(WalletTag.Reference, account);
            writer.Write(WalletTag.Name, name);
        }
    }

    public static ShopsOfBankReply? Read(ref BerTlvReader reader)
    {
        var shops = new List<(Digest, string)>();
        while (reader.HasMore)
        {
            var account = reader.ReadDigest(WalletTag.Reference);
            shops.Add((account, reader.ReadText(WalletTag.Name, EnrolmentRequest.MaxNameSize)));
        }

        return new(shops);
    }
}
