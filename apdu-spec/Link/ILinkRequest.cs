namespace HierCash.Protocol.Link;

/// <summary>What a body holds at most (link.md has all of them in a table).</summary>
/// <param name="Bytes">Of the body.</param>
/// <param name="Entries">Of each of its lists: 0, it has none; <see cref="AsFit"/>, as many as the bytes hold.</param>
public readonly record struct BodyLimit(int Bytes, int Entries = 0)
{
    /// <summary>No number of its own.</summary>
    public const int AsFit = int.MaxValue;

    /// <summary>Of a request that has no limit but the frame's.</summary>
    public static BodyLimit OfRequestFrame(int entries = 0) => new(LinkFrame.MaxLength - LinkFrame.HeaderSize, entries);

    /// <summary>Of a reply that has no limit but the frame's.</summary>
    public static BodyLimit OfReplyFrame(int entries = 0) => new(LinkFrame.MaxLength - LinkFrame.HeaderSize - LinkFrame.DateSize, entries);
}

/// <summary>The body of a message of one type: how it is written, how it is read, and what it holds at most.</summary>
public interface ILinkBody<TSelf>
    where TSelf : class, ILinkBody<TSelf>
{
    static abstract MessageType Type { get; }

    static abstract BodyLimit Limit { get; }

    /// <summary>Most bytes that a receiver reads.</summary>
    static virtual int MostRead => TSelf.Limit.Bytes;

    /// <summary>Most bytes that a sender writes.</summary>
    static virtual int MostWritten => TSelf.Limit.Bytes;

    /// <summary>Bytes that are room enough for this one.</summary>
    int Room => TSelf.Limit.Bytes;

    /// <summary>Of its longest list.</summary>
    int Entries => 0;

    void Write(ref BerTlvWriter writer);

    /// <summary>Null, or the reader failed, where the bytes are no such body; whoever calls asks whether the reader is complete.</summary>
    static abstract TSelf? Read(ref BerTlvReader reader);
}

/// <summary>A body that says nothing but its type.</summary>
public interface IEmptyBody<TSelf> : ILinkBody<TSelf>
    where TSelf : class, IEmptyBody<TSelf>, new()
{
    static BodyLimit ILinkBody<TSelf>.Limit => new(0);

    void ILinkBody<TSelf>.Write(ref BerTlvWriter writer)
    {
    }

    static TSelf? ILinkBody<TSelf>.Read(ref BerTlvReader reader) => new();
}

/// <summary>A body that is one object.</summary>
public interface IObjectBody<TSelf, TObject> : ILinkBody<TSelf>
    where TSelf : class, IObjectBody<TSelf, TObject>
    where TObject : class, IDataObject<TObject>
{
    TObject Object { get; }

    static abstract TSelf Of(TObject item);

    static BodyLimit ILinkBody<TSelf>.Limit => new(TObject.MaxEncodedSize);

    void ILinkBody<TSelf>.Write(ref BerTlvWriter writer) => Object.Write(ref writer);

    static TSelf? ILinkBody<TSelf>.Read(ref BerTlvReader reader) => TSelf.Of(reader.Read<TObject>());
}

/// <summary>A body that is a list of objects.</summary>
public interface IListBody<TSelf, TItem> : ILinkBody<TSelf>
    where TSelf : class, IListBody<TSelf, TItem>
    where TItem : class, IDataObject<TItem>
{
    /// <summary>Objects in one message; ask again for more.</summary>
    static abstract int Max { get; }

    IReadOnlyList<TItem> Items { get; }

    static abstract TSelf Of(IReadOnlyList<TItem> items);

    static BodyLimit ILinkBody<TSelf>.Limit => new(TSelf.Max * TItem.MaxEncodedSize, TSelf.Max);

    int ILinkBody<TSelf>.Room => Items.Count * TItem.MaxEncodedSize;

    int ILinkBody<TSelf>.Entries => Items.Count;

    void ILinkBody<TSelf>.Write(ref BerTlvWriter writer) => writer.WriteAll(Items);

    static TSelf? ILinkBody<TSelf>.Read(ref BerTlvReader reader) => TSelf.Of(reader.ReadAll<TItem>(TSelf.Max));
}

/// <summary>
/// One request of the link and what it is answered with, where that is no <see cref="Refusal"/>: how both are written and read.
/// Page: link.md.
/// </summary>
public interface ILinkRequest<TSelf, TReply> : ILinkBody<TSelf>
    where TSelf : class, ILinkRequest<TSelf, TReply>
    where TReply : class, ILinkBody<TReply>;

/// <summary>Bodies as messages: the one place where a sender's limits are looked at.</summary>
public static class LinkBody
{
    /// <exception cref="ArgumentException">It is more than a message of this type holds: a fault of the caller's.</exception>
    public static LinkMessage ToMessage<T>(this ILinkBody<T> body)
        where T : class, ILinkBody<T>
    {
        if (body.Entries > T.Limit.Entries)
        {
            throw new ArgumentException(
                $"A message {T.Type} holds {T.Limit.Entries} entries, not {body.Entries}. Send smaller batches.", nameof(body));
        }

        return Kept<T>(BerTlv.Encode(body.Room, body.Write));
    }

    /// <summary>A message of objects that are kept as they were written.</summary>
    /// <exception cref="ArgumentException">They are more bytes than a message of this type holds.</exception>
    public static LinkMessage Kept<T>(params IEnumerable<byte[]> objects)
        where T : class, ILinkBody<T>
    {
        byte[] body = [.. objects.SelectMany(o => o)];
        return body.Length <= T.MostWritten
            ? new LinkMessage(T.Type, body)
            : throw new ArgumentException(
                $"A message {T.Type} holds {T.MostWritten} bytes, not {body.Length}. Send smaller batches.", nameof(objects));
    }

}
