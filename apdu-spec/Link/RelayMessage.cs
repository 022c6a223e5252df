namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: a sealed message for the issuer (hole 23).</summary>
public sealed record RelayMessage(SealedMessage Sealed) : ILinkRequest<RelayMessage, RelayReply>
{
    public static MessageType Type => MessageType.Relay;

    public static BodyLimit Limit => new(SealedMessage.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => writer.WriteEncoded(Sealed.Encode());

    public static RelayMessage? Read(ref BerTlvReader reader) =>
        SealedMessage.Decode(reader.ReadRest()) is { } message ? new(message) : null;
}

/// <param name="Answer">The issuer's, as it sealed it.</param>
public sealed record RelayReply(byte[] Answer) : ILinkBody<RelayReply>
{
    public static MessageType Type => MessageType.RelayReply;

    public static BodyLimit Limit => new(SealedMessage.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => WriteAnswer(ref writer, Answer);

    public static RelayReply? Read(ref BerTlvReader reader) => new(ReadAnswer(ref reader));

    internal static void WriteAnswer(ref BerTlvWriter w, byte[] answer)
    {
        int begin = w.Begin(WalletTag.SealedMessage);
        w.Write(WalletTag.Ciphertext, answer);
        w.End(begin);
    }

    internal static byte[] ReadAnswer(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.SealedMessage);
        var answer = r.Read(WalletTag.Ciphertext).ToArray();
        reader.Leave(r);
        return answer;
    }
}
