using HierCash.Card.Runtime;
using HierCash.Iso7816;

namespace HierCash.Card.Samples;

/// <summary>
/// Points at up to eight shops. INS 30 shows the card to the shop in the data field, 4 bytes, until another is shown; INS 32 adds P1 points
/// there; INS 34 gives P1 points for a reward, all or nothing, and writes down both in one transaction; INS 36 reads points and rewards, 4
/// bytes each.
/// </summary>
public sealed class LoyaltyApplet : Applet
{
    private const int Shops = 8;
    private const int EntrySize = 12;
    private const int PointsAt = 4;
    private const int RewardsAt = 8;
    private readonly AppletContext _context;
    private readonly PersistentBytes _entries;
    private readonly byte[] _shop;

    private LoyaltyApplet(AppletContext context)
    {
        _context = context;
        _entries = context.Persistent(id: 1, length: Shops * EntrySize);

        // Which shop it is is forgotten with reset and selection: entry number, from 1.
        _shop = context.Transient(1, ClearOn.Deselect);
    }

    public static Aid Aid { get; } = Aid.Parse("F0484945524302");

    public static AppletPackage Package { get; } = new(Aid, context => new LoyaltyApplet(context));

    public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
    {
        length = 0;
        if (command.Ins == 0x30)
        {
            return Show(command.Data);
        }

        if (command.Ins is not (0x32 or 0x34 or 0x36))
        {
            return StatusWord.InstructionNotSupported;
        }

        if (_shop[0] == 0)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        var entry = _entries.Slice((_shop[0] - 1) * EntrySize, EntrySize);
        if (command.Ins == 0x36)
        {
            entry.Slice(PointsAt, 8).Span.CopyTo(response);
            length = 8;
            return StatusWord.Success;
        }

        uint points = entry.ReadUInt32(PointsAt);
        if (command.Ins == 0x34 && points < command.P1)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        using var transaction = _context.BeginTransaction();
        entry.WriteUInt32(PointsAt, command.Ins == 0x32 ? checked(points + command.P1) : points - command.P1);
        if (command.Ins == 0x34)
        {
            entry.WriteUInt32(RewardsAt, checked(entry.ReadUInt32(RewardsAt) + 1));
        }

        transaction.Commit();
        return StatusWord.Success;
    }

    /// <summary>The shop's entry, or a free one.</summary>
    private StatusWord Show(ReadOnlySpan<byte> shop)
    {
        if (shop.Length != PointsAt || !shop.ContainsAnyExcept((byte)0))
        {
            return StatusWord.WrongLength;
        }

        for (int i = 0; i < Shops; i++)
        {
            var entry = _entries.Slice(i * EntrySize, EntrySize);
            bool free = entry.ReadUInt32(0) == 0;
            if (free)
            {
                entry.Write(0, shop);
            }

            if (free || entry.Span[..PointsAt].SequenceEqual(shop))
            {
                _shop[0] = (byte)(i + 1);
                return StatusWord.Success;
            }
        }

        return StatusWord.NotEnoughMemory;
    }
}
