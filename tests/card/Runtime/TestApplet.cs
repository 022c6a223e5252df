using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

/// <summary>
/// An applet that does what a test tells it. INS 01 write data at P1; 02 the same in a transaction; 03 the same, then abort;
/// 04 the same, then forget to end it; 05 read P2 bytes at P1; 06 throw in a transaction; 07 check PIN; 08 check PIN in an aborted
/// transaction; 09 PIN status; 0A write RAM; 0B read RAM; 0C answer with 300 bytes; 0D a transaction larger than the commit buffer;
/// 0E add one to the first cell and answer with 512 bytes, the count first.
/// </summary>
internal sealed class TestApplet : Applet
{
    public static readonly Aid PackageAid = Aid.Parse("F000000001");
    private readonly AppletContext _context;
    private readonly PersistentBytes _cells;
    private readonly OwnerPin _pin;
    private readonly byte[] _onDeselect;
    private readonly byte[] _onReset;

    private TestApplet(AppletContext context)
    {
        _context = context;
        _cells = context.Persistent(1, 1024);
        _pin = new OwnerPin(context, 2, 3, 4);
        if (!_pin.IsSet)
        {
            _pin.Update([1, 2, 3, 4]);
        }

        _onDeselect = context.Transient(1, ClearOn.Deselect);
        _onReset = context.Transient(1, ClearOn.Reset);
    }

    public static AppletPackage Package { get; } = new(PackageAid, c => new TestApplet(c));

    public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
    {
        length = 0;
        switch (command.Ins)
        {
            case 0x01:
                _cells.Write(command.P1, command.Data);
                return StatusWord.Success;
            case 0x02:
                using (var transaction = _context.BeginTransaction())
                {
                    _cells.Write(command.P1, command.Data);
                    transaction.Commit();
                }

                return StatusWord.Success;
            case 0x03:
                using (_context.BeginTransaction())
                {
                    _cells.Write(command.P1, command.Data);
                }

                return StatusWord.Success;
            case 0x04:
                _context.BeginTransaction();
                _cells.Write(command.P1, command.Data);
                return StatusWord.Success;
            case 0x05:
                _cells.Span.Slice(command.P1, command.P2).CopyTo(response);
                length = command.P2;
                return StatusWord.Success;
            case 0x06:
                _context.BeginTransaction();
                _cells.Write(command.P1, command.Data);
                throw new InvalidOperationException("a fault of the applet");
            case 0x07:
                return _pin.Check(command.Data) ? StatusWord.Success : StatusWord.WrongPin(_pin.TriesRemaining);
            case 0x08:
                using (_context.BeginTransaction())
                {
                    _pin.Check(command.Data);
                }

                return StatusWord.WrongPin(_pin.TriesRemaining);
            case 0x09:
                response[0] = (byte)_pin.TriesRemaining;
                response[1] = (byte)(_pin.IsValidated ? 1 : 0);
                length = 2;
                return StatusWord.Success;
            case 0x0A:
                _onDeselect[0] = _onReset[0] = command.P1;
                return StatusWord.Success;
            case 0x0B:
                response[0] = _onDeselect[0];
                response[1] = _onReset[0];
                length = 2;
                return StatusWord.Success;
            case 0x0C:
                response[..300].Fill(0x5A);
                length = 300;
                return StatusWord.Success;
            case 0x0D:
                using (var transaction = _context.BeginTransaction())
                {
                    _cells.Write(0, new byte[AppletContext.CommitBufferSize + 4]);
                    transaction.Commit();
                }

                return StatusWord.Success;
            case 0x0E:
                _cells.Write(0, [(byte)(_cells.Span[0] + 1)]);
                response[..512].Fill(0x5A);
                response[0] = _cells.Span[0];
                length = 512;
                return StatusWord.Success;
            default:
                return StatusWord.InstructionNotSupported;
        }
    }
}

/// <summary>Sends hexadecimal APDUs and gives the response as hexadecimal.</summary>
internal static class CardExtensions
{
    public static string Send(this ICardChannel card, string hex)
    {
        Span<byte> response = stackalloc byte[1024];
        int length = card.Transmit(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), response);
        return Convert.ToHexString(response[..length]);
    }
}
