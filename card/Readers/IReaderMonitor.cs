namespace HierCash.Card.Readers;

/// <summary>What a terminal sees of its reader.</summary>
public enum CardPresence
{
    /// <summary>No PC/SC service, or no such reader.</summary>
    NoReader,

    /// <summary>A reader without a card.</summary>
    Empty,

    /// <summary>A card is in.</summary>
    Present,
}

/// <param name="Text">For people: which reader, or what is wrong.</param>
/// <param name="Insertion">Another number for each time that a card was put in; 0 where cards are files, which stay.</param>
public sealed record ReaderStatus(CardPresence Presence, string Text, long Insertion);

/// <summary>Follows a reader until disposed of.</summary>
public interface IReaderMonitor : IDisposable
{
    /// <summary>What the last look saw; never waits.</summary>
    ReaderStatus Now { get; }
}

/// <summary>A card image is in while its file is there.</summary>
internal sealed class ImageWatch(string file) : IReaderMonitor
{
    public ReaderStatus Now => File.Exists(file)
        ? new ReaderStatus(CardPresence.Present, Path.GetFileName(file), 0)
        : new ReaderStatus(CardPresence.Empty, Path.GetFileName(file), 0);

    public void Dispose()
    {
    }
}
