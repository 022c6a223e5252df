namespace HierCash.Protocol.Link;

/// <summary>Till to issuer: the hot list (hole 11).</summary>
/// <param name="Version">Of the list that the till has.</param>
/// <param name="Till">W: the till that asks; the issuer notes that it had contact (rule R6).</param>
/// <param name="Date">The till's clock.</param>
/// <param name="Queued">TIME of the oldest payment that the till still has to send, or that is under way; 0: there is none.</param>
/// <param name="Newest">The newest receipt that the till has, for an issuer that was restored from a copy (rule R27); null: it has
/// none.</param>
public sealed record HotListMessage(ulong Version, TillId Till, Timestamp Date, Timestamp Queued = default, Receipt? Newest = null)
    : ILinkRequest<HotListMessage, HotListReply>
{
    public static MessageType Type => MessageType.HotList;

    public static BodyLimit Limit => new(72 + Receipt.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Version);
        writer.Write(WalletTag.W, Till);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Time, Queued);
        Newest?.Write(ref writer);
    }

    public static HotListMessage? Read(ref BerTlvReader reader) => new(
        reader.ReadUInt64(WalletTag.Number), reader.ReadTill(), reader.ReadTimestamp(WalletTag.Date), reader.ReadTimestamp(WalletTag.Time),
        reader.ReadOptional<Receipt>());
}

/// <summary>
/// That the issuer was restored from a copy, and has recovered (R27). Tills bring again what it answered since. It binds nobody: what it
/// had not forgotten gets the answer that it had.
/// </summary>
/// <param name="Since">The date of the copy's last word to a bank: what came later it may have forgotten.</param>
/// <param name="Ended">When it went on; the newest restoration has the latest.</param>
public sealed record Restoration(Timestamp Since, Timestamp Ended);

/// <param name="Restored">Where the issuer was restored from a copy: what it may have forgotten.</param>
public sealed record HotListReply(HotList List, Restoration? Restored = null) : ILinkBody<HotListReply>
{
    private const int MaxRestoration = 32;

    public static MessageType Type => MessageType.HotListReply;

    public static BodyLimit Limit => new(HotList.MaxEncodedSize + MaxRestoration, HotList.MaxEntries);

    public int Room => List.Room + MaxRestoration;

    public int Entries => List.Count;

    public void Write(ref BerTlvWriter writer)
    {
        List.Write(ref writer);
        if (Restored is not null)
        {
            writer.Write(WalletTag.Until, Restored.Since);
            writer.Write(WalletTag.Date, Restored.Ended);
        }
    }

    public static HotListReply? Read(ref BerTlvReader reader) => new(reader.Read<HotList>(), reader.HasMore
        ? new Restoration(reader.ReadTimestamp(WalletTag.Until), reader.ReadTimestamp(WalletTag.Date)) : null);
}
