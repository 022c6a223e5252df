using HierCash.Card.Readers.Pcsc;
using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Iso7816;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Readers;

/// <summary>
/// What <c>--reader</c> means: <c>emulator:FILE</c>, a card image in this process, on disk before it answers; part of the name of a PC/SC
/// reader, the first that matches and has a card; or nothing, the first reader with a card.
/// </summary>
public static class CardChannels
{
    private const string Emulator = "emulator:";

    /// <summary>Opens the card for a terminal.</summary>
    /// <param name="wait">How long to wait for a card to be put into a PC/SC reader.</param>
    /// <param name="say">Told once that a card is waited for, and where.</param>
    /// <exception cref="CardChannelException">There is no such card or reader; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static ICardChannel Open(string? reader, ICashSuite suite, TimeSpan wait, Action<string> say, CancellationToken cancel) =>
        new GetResponseChannel(OpenRaw(reader, suite, wait, say, cancel));

    /// <summary>Opens the card for one who wants to see its every answer: 61XX and 6CXX stay as they are.</summary>
    /// <exception cref="CardChannelException">There is no such card or reader; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static ICardChannel OpenRaw(string? reader, ICashSuite suite, TimeSpan wait, Action<string> say, CancellationToken cancel)
    {
        try
        {
            return ImageFile(reader) is { } file ? OpenImage(file, suite) : OpenPcsc(reader, wait, say, cancel);
        }
        catch (Exception e) when (e is CardImageException or SCardException)
        {
            throw new CardChannelException(e.Message, e);
        }
    }

    /// <summary>Opens the card that is there now.</summary>
    /// <exception cref="CardChannelException">There is no such card or reader; the message says what to do.</exception>
    public static ICardChannel Open(string? reader, ICashSuite suite) =>
        Open(reader, suite, TimeSpan.Zero, _ => { }, CancellationToken.None);

    /// <summary>Puts a card image in this process, for whoever wants more of it than its answers.</summary>
    /// <exception cref="CardImageException">Missing, in use, or damaged.</exception>
    public static EmulatedCard OpenImage(string file, ICashSuite suite) => new(PowerImage.Open(file), WalletApplet.Package(suite));

    /// <summary>Asks at once whether there is a PC/SC service, for whoever has no other way to a card.</summary>
    /// <exception cref="CardChannelException">It does not run.</exception>
    public static void RequireService()
    {
        try
        {
            new SCardContext().Dispose();
        }
        catch (SCardException e)
        {
            throw new CardChannelException("The PC/SC service does not run. Start pcscd (on Windows the service 'Smart Card').", e);
        }
    }

    /// <summary>All PC/SC readers, and whether a card is in each.</summary>
    /// <exception cref="CardChannelException">There is no PC/SC service; the message says what to do.</exception>
    public static IReadOnlyList<ReaderStatus> List()
    {
        try
        {
            using var context = new SCardContext();
            return [.. PcscReaders.States(context, context.GetReaders()).Select(
                r => new ReaderStatus(r.HasCard ? CardPresence.Present : CardPresence.Empty, r.ReaderName, r.EventCount))];
        }
        catch (SCardException e)
        {
            throw new CardChannelException(e.Message, e);
        }
    }

    /// <summary>Follows what happens at the reader.</summary>
    public static IReaderMonitor Watch(string? reader) => ImageFile(reader) is { } file ? new ImageWatch(file) : new PcscMonitor(reader);

    /// <summary>Makes a new, unpersonalised card.</summary>
    /// <exception cref="CardImageException">The file cannot be made.</exception>
    public static void Create(string file, ICashSuite suite)
    {
        using var card = new EmulatedCard(PowerImage.Create(file), WalletApplet.Package(suite));
        card.Install(SelectCommand.Wallet, SelectCommand.Wallet);
    }

    private static string? ImageFile(string? reader) => reader is null || !reader.StartsWith(Emulator, StringComparison.Ordinal) ? null
        : reader.Length > Emulator.Length ? reader[Emulator.Length..]
        : throw new CardChannelException("Which card image? Name it with --reader emulator:FILE.");

    private static PcscChannel OpenPcsc(string? reader, TimeSpan wait, Action<string> say, CancellationToken cancel)
    {
        var context = new SCardContext();
        string name;
        try
        {
            name = PcscReaders.WaitForCard(context, reader, wait, say, cancel);
        }
        catch
        {
            context.Dispose();
            throw;
        }

        return PcscChannel.Open(context, name);
    }
}
