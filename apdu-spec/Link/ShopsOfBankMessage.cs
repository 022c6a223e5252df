namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer, when the bank was restored from a copy (R27): who its shops are.</summary>
public sealed record ShopsOfBankMessage : ILinkRequest<ShopsOfBankMessage, ShopsOfBankReply>
{
    public static MessageType Type => MessageType.ShopsOfBank;

    public static BodyLimit Limit => new(0);

    public void Write(ref BerTlvWriter writer)
    {
    }

    public static ShopsOfBankMessage? Read(ref BerTlvReader reader) => new();
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
            writer.Write(WalletTag.Reference, account.ToArray());
            writer.Write(WalletTag.Name, name);
        }
    }

    public static ShopsOfBankReply? Read(ref BerTlvReader reader)
    {
        var shops = new List<(Digest, string)>();
        while (reader.HasMore)
        {
            var account = Digest.Read(reader.ReadBytes(WalletTag.Reference, Digest.Size));
            shops.Add((account, reader.ReadText(WalletTag.Name, EnrolmentRequest.MaxNameSize)));
        }

        return new(shops);
    }
}
