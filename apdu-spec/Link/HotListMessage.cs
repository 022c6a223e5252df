namespace HierCash.Protocol.Link;

/// <summary>Till to issuer: the hot list (hole 11).</summary>
/// <param name="Version">Of the list that the till has.</param>
/// <param name="Till">W: the till that asks; the issuer notes that it had contact (rule R6).</param>
/// <param name="Date">The till's clock.</param>
/// <param name="Queued">TIME of the oldest payment that the till still has to send, or that is under way; 0: there is none.</param>
/// <param name="Newest">
/// The newest receipt that the till has, for an issuer that was restored from a copy (rule R27); null: it has none.
/// </param>
public sealed record HotListMessage(ulong Version, TillId Till, Timestamp Date, Timestamp Queued = default, Receipt? Newest = null)
    : ILinkRequest<HotListMessage, HotListReply>
{
    public static MessageType Type => MessageType.HotList;

    public static BodyLimit Limit => new(72 + Receipt.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Version);
        writer.Write(WalletTag.W, Till.Value.ToArray());
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Time, Queued.Microseconds);
        Newest?.Write(ref writer);
    }

    public static HotListMessage? Read(ref BerTlvReader reader)
    {
        ulong version = reader.ReadUInt64(WalletTag.Number);
        var till = new TillId(Id16.Read(reader.ReadBytes(WalletTag.W, Id16.Size)));
        var date = new Timestamp(reader.ReadUInt64(WalletTag.Date));
        var queued = new Timestamp(reader.ReadUInt64(WalletTag.Time));
        return new(version, till, date, queued, reader.HasMore ? Receipt.Read(ref reader) : null);
    }
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

    public int Room => 200 + List.Entries.Length + MaxRestoration;

    public int Entries => List.Count;

    public void Write(ref BerTlvWriter writer)
    {
        writer.WriteEncoded(List.Encode());
        if (Restored is not null)
        {
            writer.Write(WalletTag.Until, Restored.Since.Microseconds);
            writer.Write(WalletTag.Date, Restored.Ended.Microseconds);
        }
    }

    public static HotListReply? Read(ref BerTlvReader reader)
    {
        var list = HotList.Read(ref reader);
        var restored = reader.HasMore
            ? new Restoration(new Timestamp(reader.ReadUInt64(WalletTag.Until)), new Timestamp(reader.ReadUInt64(WalletTag.Date)))
            : null;
        return list is null ? null : new(list, restored);
    }
}
