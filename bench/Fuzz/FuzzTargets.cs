using System.Buffers.Binary;
using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Traces;

namespace HierCash.Fuzz;

/// <summary>
/// What a fuzzer may throw bytes at. Whatever the bytes: no exception but those that a caller is told of, and nothing that must hold is
/// broken; else a <see cref="FuzzException"/>. The bytes of a card's target are commands one after the other: 15 bits of length and the
/// command; with the highest bit set, two bytes come first, at which write power goes and what the cell then holds.
/// </summary>
/// <param name="fixtures">apdu-spec/traces/fixtures.</param>
public sealed class FuzzTargets(string fixtures)
{
    private const ulong FaceValues = 7000;
    private readonly Lazy<MemoryImage> _wallet = new(() =>
    {
        using var card = FixtureCard.Make("withdrawn", fixtures);
        return card.Image.Copy();
    });

    public static IReadOnlyList<string> Names { get; } = ["tlv", "link", "runtime", "wallet"];

    /// <exception cref="FuzzException">Something is broken.</exception>
    public void Run(string target, ReadOnlySpan<byte> input)
    {
        switch (target)
        {
            case "tlv":
                Tlv(input);
                break;
            case "link":
                Link(input);
                break;
            case "runtime":
                Runtime(input);
                break;
            case "wallet":
                Wallet(input);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(target), target, "There is no such target.");
        }
    }

    /// <summary>A conversation as input of a card's target.</summary>
    public static byte[] Seed(Trace trace)
    {
        var bytes = new List<byte>();
        TearStep? torn = null;
        foreach (var step in trace.Steps)
        {
            if (step is TearStep tear)
            {
                torn = tear;
            }
            else if (step is SendStep send)
            {
                var head = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)(send.Command.Length | (torn is null ? 0 : 0x8000)));
                bytes.AddRange(head);
                bytes.AddRange(torn is null ? [] : [(byte)torn.Write, (byte)torn.Torn]);
                bytes.AddRange(send.Command);
                torn = null;
            }
        }

        return [.. bytes];
    }

    /// <summary>What decodes, encodes to something that decodes to the same.</summary>
    private static void Tlv(ReadOnlySpan<byte> input)
    {
        _ = WalletVocabulary.Objects(input);
        Again(CashPayment.Decode(input)?.Encode(), b => CashPayment.Decode(b)?.Encode());
        Again(KeyCertificate.Decode(input)?.Encode(), b => KeyCertificate.Decode(b)?.Encode());
        Again(NonIssuanceStatement.Decode(input)?.Encode(), b => NonIssuanceStatement.Decode(b)?.Encode());
        Again(NonSettlementStatement.Decode(input)?.Encode(), b => NonSettlementStatement.Decode(b)?.Encode());
        Again(Receipt.Decode(input)?.Encode(), b => Receipt.Decode(b)?.Encode());
        Again(ClearingInstruction.Decode(input)?.Encode(), b => ClearingInstruction.Decode(b)?.Encode());
        Again(DossierHeader.Decode(input)?.Encode(), b => DossierHeader.Decode(b)?.Encode());
        Again(DossierPage.Decode(input)?.Encode(), b => DossierPage.Decode(b)?.Encode());
        Again(Evidence.Decode(input)?.Encode(), b => Evidence.Decode(b)?.Encode());
        Again(Notice.Decode(input)?.Encode(), b => Notice.Decode(b)?.Encode());
        Again(Rebuttal.Decode(input)?.Encode(), b => Rebuttal.Decode(b)?.Encode());
        Again(Stamp.Decode(input)?.Encode(), b => Stamp.Decode(b)?.Encode());
        Again(ShopAnswer.Decode(input)?.Encode(), b => ShopAnswer.Decode(b)?.Encode());
        Again(EnrolmentRequest.Decode(input)?.Encode(), b => EnrolmentRequest.Decode(b)?.Encode());
    }

    /// <summary>A message as input of the target link: its type and its body.</summary>
    public static byte[] Seed(LinkMessage message) =>
        [(byte)((ushort)message.Type >> 8), (byte)((ushort)message.Type & 0xFF), .. message.Body];

    /// <summary>The same, of every message of the link. Two bytes of type, and the body.</summary>
    private static void Link(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var type = (MessageType)BinaryPrimitives.ReadUInt16BigEndian(input);
        var message = new LinkMessage(type, input[2..].ToArray());
        _ = Refusal.Read(message);
        foreach (var exchange in LinkMessages.All.Where(m => m.Type == type || m.ReplyType == type))
        {
            Again(exchange.Recode(message)?.Body, b => exchange.Recode(new LinkMessage(type, b))?.Body);
        }
    }

    private static void Again(byte[]? encoded, Func<byte[], byte[]?> decode)
    {
        if (encoded is not null && (decode(encoded) is not { } second || !second.AsSpan().SequenceEqual(encoded)))
        {
            throw new FuzzException($"What was encoded does not decode to the same: {Convert.ToHexString(encoded)}.");
        }
    }

    private static void Runtime(ReadOnlySpan<byte> input)
    {
        using var card = new EmulatedCard(new MemoryImage(8192), TwoCells.Package);
        card.Install(TwoCells.Aid, TwoCells.Aid);
        Play(card, input);
        card.PowerOff();
        card.PowerOn();
        var response = new byte[1024];
        card.Transmit([0x00, 0xA4, 0x04, 0x00, (byte)TwoCells.Aid.Bytes.Length, .. TwoCells.Aid.Bytes], response);
        int length = card.Transmit([0x80, 0x02, 0, 0, 8], response);
        if (length != 10 || !response.AsSpan(0, 4).SequenceEqual(response.AsSpan(4, 4)))
        {
            throw new FuzzException("A transaction was not whole.");
        }
    }

    private void Wallet(ReadOnlySpan<byte> input)
    {
        using var card = new EmulatedCard(_wallet.Value.Copy(), WalletApplet.Package(new BclSuite()));
        Play(card, input);
        card.PowerOff();
        card.PowerOn();
        var wallet = new WalletCard(card);
        wallet.Select();
        if (!wallet.Verify(FixtureCard.HolderPin).IsSuccess && !wallet.UnblockPin(FixtureCard.Puk, FixtureCard.HolderPin).IsSuccess)
        {
            return;
        }

        if (!wallet.Verify(FixtureCard.HolderPin).IsSuccess)
        {
            throw new FuzzException("The PUK did not unblock the PIN.");
        }

        ulong money = 0;
        for (byte i = 0; i < 2; i++)
        {
            money += wallet.GetCoin(i).Cash?.Balance.Minor ?? throw new FuzzException("A coin is gone.");
        }

        for (byte i = 0; i < WalletApplet.LogSize; i++)
        {
            var entry = wallet.ReadLog(i);
            money += entry.State == LogState.Signed && entry.Payment!.Slot < 2 ? entry.Payment.Paid.Minor : 0;
        }

        // An entry that the input acknowledged may have made room for another one: then less than X is in sight, and never more.
        if (money > FaceValues || (money < FaceValues && !input.ContainsAny((byte)0x46, (byte)0x56)))
        {
            throw new FuzzException($"x and what was signed make {money}, not {FaceValues}.");
        }
    }

    private static void Play(EmulatedCard card, ReadOnlySpan<byte> input)
    {
        var response = new byte[65_538];
        while (input.Length >= 2)
        {
            int head = BinaryPrimitives.ReadUInt16BigEndian(input);
            input = input[2..];
            if ((head & 0x8000) != 0 && input.Length >= 2)
            {
                card.CutPowerAfter(input[0], (TornCell)(input[1] % 3));
                input = input[2..];
            }

            var command = input[..Math.Min(head & 0x7FFF, input.Length)];
            input = input[command.Length..];
            try
            {
                int length = card.Transmit(command, response);
                if (length < 2 || (response[length - 2] == 0x6F && response[length - 1] == 0))
                {
                    throw new FuzzException(
                        $"{Convert.ToHexString(command)} was answered {Convert.ToHexString(response.AsSpan(0, length))}.");
                }
            }
            catch (CardChannelException)
            {
                card.PowerOn();
            }
        }
    }

    /// <summary>
    /// INS 01 writes the data field, 4 bytes, to two cells in a transaction; 02 reads both; 03 takes and gives up to 256 bytes of RAM; 04
    /// aborts.
    /// </summary>
    private sealed class TwoCells : Applet
    {
        private readonly AppletContext _context;
        private readonly PersistentBytes _first;
        private readonly PersistentBytes _second;
        private readonly byte[] _ram;

        private TwoCells(AppletContext context)
        {
            _context = context;
            _first = context.Persistent(1, 4);
            _second = context.Persistent(2, 4);
            _ram = context.Transient(256, ClearOn.Deselect);
        }

        public static Aid Aid { get; } = Aid.Parse("F048494552465A");

        public static AppletPackage Package { get; } = new(Aid, c => new TwoCells(c));

        public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
        {
            length = 0;
            switch (command.Ins)
            {
                case 1 or 4 when command.Data.Length == 4:
                    using (var transaction = _context.BeginTransaction())
                    {
                        _first.Write(0, command.Data);
                        _second.Write(0, command.Data);
                        if (command.Ins == 1)
                        {
                            transaction.Commit();
                        }
                    }

                    return StatusWord.Success;
                case 2:
                    _first.Span.CopyTo(response);
                    _second.Span.CopyTo(response[4..]);
                    length = 8;
                    return StatusWord.Success;
                case 3 when command.Data.Length <= _ram.Length:
                    _ram.AsSpan(0, command.Data.Length).CopyTo(response);
                    command.Data.CopyTo(_ram);
                    length = command.Data.Length;
                    return StatusWord.Success;
                default:
                    return StatusWord.WrongData;
            }
        }
    }
}

/// <summary>A fuzzer's input broke something.</summary>
public sealed class FuzzException(string message) : Exception(message);
