using HierCash.Card.Runtime;

namespace HierCash.Bench.Ratios;

/// <summary>An applet that does nothing (INS 01), and one update of four bytes in a transaction (INS 02).</summary>
internal sealed class BareApplet : Applet
{
    private readonly AppletContext _context;
    private readonly PersistentBytes _cells;

    private BareApplet(AppletContext context)
    {
        _context = context;
        _cells = context.Persistent(1, 4);
    }

    public static Aid Aid { get; } = Aid.Parse("F04849455242454E4348");

    public static AppletPackage Package { get; } = new(Aid, context => new BareApplet(context));

    public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
    {
        length = 0;
        if (command.Ins == 2)
        {
            Update(1);
        }

        return StatusWord.Success;
    }

    private void Update(uint value)
    {
        using var transaction = _context.BeginTransaction();
        _cells.WriteUInt32(0, value);
        transaction.Commit();
    }
}

/// <summary>A card with that applet, selected.</summary>
internal sealed class BareCard : IDisposable
{
    private static readonly byte[] NoOpCommand = [0x80, 0x01, 0x00, 0x00];
    private static readonly byte[] UpdateCommand = [0x80, 0x02, 0x00, 0x00];
    private readonly EmulatedCard _card;
    private readonly byte[] _response = new byte[ICardChannel.ResponseRoom];

    public BareCard(CardImage image)
    {
        _card = new EmulatedCard(image, BareApplet.Package);
        _card.Install(BareApplet.Aid, BareApplet.Aid);
        byte[] select = [0x00, 0xA4, 0x04, 0x00, (byte)BareApplet.Aid.Bytes.Length, .. BareApplet.Aid.Bytes];
        Require(_card.Transmit(select, _response));
    }

    /// <summary>One APDU that does nothing.</summary>
    public void NoOp() => Require(_card.Transmit(NoOpCommand, _response));

    /// <summary>One APDU that updates four bytes in a transaction.</summary>
    public void Update() => Require(_card.Transmit(UpdateCommand, _response));

    private void Require(int length)
    {
        if (length != 2 || _response[0] != 0x90)
        {
            throw new InvalidOperationException("The card did not answer 9000.");
        }
    }

    public void Dispose() => _card.Dispose();
}
