using HierCash.Card.Runtime;
using HierCash.Iso7816;

namespace HierCash.Card.Samples;

/// <summary>A counter that only its holder can raise: INS 20 checks the PIN, INS 10 adds one, INS 12 reads.</summary>
public sealed class CounterApplet : Applet
{
    private readonly AppletContext _context;
    private readonly PersistentBytes _count;
    private readonly OwnerPin _pin;

    private CounterApplet(AppletContext context)
    {
        _context = context;
        _count = context.Persistent(id: 1, length: 4);
        _pin = new OwnerPin(context, id: 2, limit: 3, maxSize: 4);
        if (!_pin.IsSet)
        {
            _pin.Update("1234"u8);
        }
    }

    public static Aid Aid { get; } = Aid.Parse("F0484945524301");

    public static AppletPackage Package { get; } = new(Aid, context => new CounterApplet(context));

    public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
    {
        length = 0;
        switch (command.Ins)
        {
            case 0x20:
                return _pin.Check(command.Data) ? StatusWord.Success : StatusWord.WrongPin(_pin.TriesRemaining);
            case 0x10 when !_pin.IsValidated:
                return StatusWord.SecurityStatusNotSatisfied;
            case 0x10:
                using (var transaction = _context.BeginTransaction())
                {
                    _count.WriteUInt32(0, checked(_count.ReadUInt32(0) + 1));
                    transaction.Commit();
                }

                return StatusWord.Success;
            case 0x12:
                _count.Span.CopyTo(response);
                length = _count.Length;
                return StatusWord.Success;
            default:
                return StatusWord.InstructionNotSupported;
        }
    }
}
