using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Readers;

/// <summary>What <c>--reader</c> means: so far <c>emulator:FILE</c>, a card image in this process, on disk before it answers.</summary>
public static class ReaderChoice
{
    private const string Emulator = "emulator:";

    /// <summary>Opens the card.</summary>
    /// <exception cref="CardChannelException">There is no such card or reader; the message says what to do.</exception>
    public static EmulatedCard Open(string? reader, ICashSuite suite)
    {
        if (reader is null || !reader.StartsWith(Emulator, StringComparison.Ordinal) || reader.Length == Emulator.Length)
        {
            throw new CardChannelException("Name a card image with --reader emulator:FILE. Card readers come with a later version.");
        }

        try
        {
            return new EmulatedCard(PowerImage.Open(reader[Emulator.Length..]), WalletApplet.Package(suite));
        }
        catch (CardImageException e)
        {
            throw new CardChannelException(e.Message, e);
        }
    }

    /// <summary>Makes a new, unpersonalised card.</summary>
    /// <exception cref="CardImageException">The file cannot be made.</exception>
    public static void Create(string file, ICashSuite suite)
    {
        using var card = new EmulatedCard(PowerImage.Create(file), WalletApplet.Package(suite));
        card.Install(Aid.Wallet, Aid.Wallet);
    }
}
