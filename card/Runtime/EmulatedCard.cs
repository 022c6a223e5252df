using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>
/// A card in this process: an image, the packages whose code it carries, and power. Each is an island: no statics. Not thread
/// safe, as a card is not.
/// </summary>
public sealed class EmulatedCard : ITearableCard
{
    /// <summary>T=1 at 424 kbit/s class; historical bytes "HierCash" (ISO 7816-3, 8.2).</summary>
    private static readonly byte[] AtrBytes = [0x3B, 0x88, 0x80, 0x01, .. "HierCash"u8, Checksum()];

    private readonly CardImage _image;
    private readonly int _transientQuota;
    private readonly CardMeter _meter = new();
    private readonly IReadOnlyList<AppletPackage> _packages;
    private Dispatcher? _dispatcher;
    private (Random Random, int OneIn)? _risk;

    /// <summary>Puts the card under power.</summary>
    /// <param name="image">Disposed of with the card.</param>
    /// <param name="packages">The code of all applets that the card holds, or will.</param>
    /// <exception cref="CardImageException">The image is damaged, or holds an applet whose package is missing.</exception>
    public EmulatedCard(CardImage image, params IReadOnlyList<AppletPackage> packages)
        : this(image, TransientMemory.DefaultQuota, packages)
    {
    }

    /// <summary>The same with another size of RAM. The size of persistent memory is the image's.</summary>
    /// <param name="image">Disposed of with the card.</param>
    /// <param name="transientQuota">Bytes, 1,536 by default, of which the runtime takes some 1,000 for its buffers.</param>
    /// <param name="packages">The code of all applets that the card holds, or will.</param>
    /// <exception cref="CardMemoryException">Too little for the runtime or for the applets.</exception>
    public EmulatedCard(CardImage image, int transientQuota, params IReadOnlyList<AppletPackage> packages)
    {
        _image = image;
        _transientQuota = transientQuota;
        _packages = packages;
        PowerOn();
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Atr => AtrBytes;

    /// <summary>True from <see cref="PowerOn"/> to <see cref="PowerOff"/> or a loss of power.</summary>
    public bool IsPowered => _dispatcher is not null;

    /// <summary>The image, to read out or to look into.</summary>
    public CardImage Image => _image;

    /// <summary>Cells written since power came.</summary>
    public long CellsWritten => _dispatcher?.Memory.CellsWritten ?? 0;

    /// <summary>What the card did since it was made, for <see cref="CardTimingModel"/>.</summary>
    public CardWork Work => _meter.Read();

    /// <summary>Quota, use and wear.</summary>
    public MemoryReport MemoryReport => Powered().Report();

    /// <summary>Installs an applet instance, whole or not at all.</summary>
    /// <exception cref="CardMemoryException">No room, or the instance AID is taken.</exception>
    public void Install(Aid package, Aid instance) => Manage(dispatcher =>
    {
        dispatcher.Install(package, instance);
        return true;
    });

    /// <summary>
    /// Deletes an applet instance with all its memory, which is wiped; false if there is none. If power goes meanwhile, the next power-on
    /// ends it.
    /// </summary>
    public bool Uninstall(Aid instance) => Manage(dispatcher => dispatcher.Uninstall(instance));

    private bool Manage(Func<Dispatcher, bool> change)
    {
        try
        {
            return change(Powered());
        }
        catch (PowerLostException e)
        {
            throw Lost(e);
        }
        finally
        {
            _image.Sync();
        }
    }

    /// <summary>Lets power go at a later write of persistent memory, 0 being the next cell; a reset forgets the plan.</summary>
    public void CutPowerAfter(long cells, TornCell torn = TornCell.Old) => Powered().Memory.CutPowerAfter(cells, torn);

    /// <summary>
    /// From now on lets power go at one write in so many, by chance that follows from a seed; each torn cell is old, new or garbage.
    /// </summary>
    /// <param name="oneIn">On average; 0 ends it.</param>
    public void CutPowerAtRandom(Random random, int oneIn)
    {
        _risk = oneIn > 0 ? (random, oneIn) : null;
        Plan();
    }

    void ITearableCard.Tear(int write, TornWrite torn) => CutPowerAfter(write - 1, (TornCell)(int)torn);

    private void Plan()
    {
        if (_dispatcher is not null)
        {
            var (cells, torn) = _risk is { } risk
                ? (risk.Random.Next(2 * risk.OneIn), (TornCell)risk.Random.Next(3)) : (long.MaxValue, TornCell.Old);
            _dispatcher.Memory.CutPowerAfter(cells, torn);
        }
    }

    /// <summary>
    /// Warm reset (ISO 7816-3, 6.2.3): RAM is lost, no applet is selected. A cold one is <see cref="PowerOff"/> and <see cref="PowerOn"/>.
    /// </summary>
    public void Reset()
    {
        _dispatcher = null;
        PowerOn();
    }

    /// <summary>Takes the card out: until it is put in again nothing answers.</summary>
    public void PowerOff() => _dispatcher = null;

    /// <summary>Puts the card in again, the cold reset (ISO 7816-3, 6.2.2): undoes what power cut, makes the applets anew.</summary>
    public void PowerOn()
    {
        if (_dispatcher is null)
        {
            _dispatcher = new Dispatcher(_image, _transientQuota, _meter, _packages);
            _image.Sync();
            if (_risk is not null)
            {
                Plan();
            }
        }
    }

    /// <inheritdoc/>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(response.Length, ICardChannel.ResponseRoom);
        var dispatcher = Powered();
        try
        {
            int length = dispatcher.Dispatch(command, response);
            _image.Sync();
            return length;
        }
        catch (PowerLostException e)
        {
            _image.Sync();
            throw Lost(e);
        }
        catch (IOException e)
        {
            // Whether it is on disk or not, nobody gets its answer: the card has gone, and what it holds is seen at the next opening.
            _dispatcher = null;
            throw new CardChannelException($"The card's image cannot be written, and the card gives no answer. {FileFault.Say(e)}", e);
        }
    }

    /// <summary>What the cells hold at this moment is what they hold for ever.</summary>
    private CardChannelException Lost(PowerLostException e)
    {
        _dispatcher = null;
        return new CardChannelException("The card was pulled out or lost its power. Put it in again and repeat the command.", e);
    }

    /// <exception cref="CardChannelException">There is no power.</exception>
    /// <exception cref="ObjectDisposedException">The image was disposed of by another: its cells are not there any more.</exception>
    private Dispatcher Powered()
    {
        var dispatcher = _dispatcher ?? throw new CardChannelException("There is no card. Put the card in and try again.");
        ObjectDisposedException.ThrowIf(_image.IsDisposed, _image);
        return dispatcher;
    }

    private static byte Checksum()
    {
        byte tck = 0x88 ^ 0x80 ^ 0x01;
        foreach (byte b in "HierCash"u8)
        {
            tck ^= b;
        }

        return tck;
    }

    /// <summary>Lets go of the card and its image.</summary>
    public void Dispose()
    {
        _dispatcher = null;
        _image.Dispose();
    }
}
