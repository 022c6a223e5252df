using HierCash.Card.Readers;
using HierCash.Card.Runtime;
using HierCash.Tests.Runtime;

namespace HierCash.Tests.Readers;

/// <summary>
/// What a card has done it can say: no channel loses the longest answer, and a caller without room for it is told before the card hears
/// anything.
/// </summary>
[Parallelizable]
public sealed class RoomForAnswersTests
{
    private const int Longest = ICardChannel.ResponseRoom - 2;
    private const string Select = "00A4040005F000000001";
    private const string Count = "8005000101";
    private EmulatedCard _card = null!;

    private static readonly Dictionary<string, Func<EmulatedCard, ICardChannel>> Channels = new()
    {
        [nameof(EmulatedCard)] = card => card,
        [nameof(MeasuredCard)] = card => new MeasuredCard(card, (_, _, _) => { }),
        [nameof(SlowCard)] = card => new SlowCard(card, CardTimingModel.All.First(), _ => { }),
        [nameof(TracingChannel)] = card => new TracingChannel(card),
        ["GetResponseChannel"] = GetResponse,
    };

    /// <summary>
    /// Those for whom pcscd is needed: see <see cref="Pcsc.BindingTests"/>. The town's only hands on what the other one gives.
    /// </summary>
    private static readonly string[] InReaders = ["PcscChannel", "Inserted"];

    public static IEnumerable<string> Names => Channels.Keys;

    [SetUp]
    public void MakeCard()
    {
        _card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        _card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        _card.Send(Select);
    }

    [TearDown]
    public void TakeCardOut() => _card.Dispose();

    [Test]
    public void EveryChannelIsTried()
    {
        var found = new[] { typeof(ICardChannel), typeof(EmulatedCard), typeof(CardChannels), typeof(WalletCard), typeof(TownCard) }
            .SelectMany(t => t.Assembly.GetTypes())
            .Where(t => typeof(ICardChannel).IsAssignableFrom(t) && !t.IsInterface)
            .Select(t => t.Name);
        Assert.That(found, Is.EquivalentTo(Names.Concat(InReaders)));
    }

    /// <summary>Le of 65,536, of 512, and of 256 with GET RESPONSE: whole, once, and the card has done it.</summary>
    [Test]
    public void TheLongestAnswerArrives(
        [ValueSource(nameof(Names))] string name, [Values("800E0000000000", "800E0000000200", "800E000000")] string command)
    {
        using var channel = Channels[name](_card);
        var answer = Whole(channel, Convert.FromHexString(command));
        Assert.That(answer, Has.Length.EqualTo(Longest));
        Assert.That(answer[0], Is.EqualTo(1), "done once");
        Assert.That(answer.Skip(1), Is.All.EqualTo(0x5A));
        Assert.That(_card.Send(Count), Is.EqualTo("019000"));
    }

    /// <summary>
    /// A buffer of 258 bytes was room enough by the old promise: the card did the command, and its answer ended in an exception.
    /// </summary>
    [TestCaseSource(nameof(Names))]
    public void WithTooLittleRoomNothingIsSent(string name)
    {
        using var channel = Channels[name](_card);
        foreach (int room in new[] { 0, 2, 258, Longest, ICardChannel.ResponseRoom - 1 })
        {
            Assert.That(() => channel.Transmit(Convert.FromHexString("800E0000000000"), new byte[room]),
                Throws.InstanceOf<ArgumentOutOfRangeException>(), $"{room} bytes");
        }

        Assert.That(_card.Send(Count), Is.EqualTo("009000"), "the card heard nothing");
    }

    /// <summary>An answer that has no end, from a card that is none of ours, is told so and not written beyond the buffer.</summary>
    [Test]
    public void AnAnswerWithoutEndIsNoAnswer()
    {
        using var channel = GetResponse(new Endless());
        Assert.That(() => channel.Transmit([0x80, 0x0E, 0x00, 0x00, 0x00], new byte[ICardChannel.ResponseRoom]),
            Throws.InstanceOf<CardChannelException>());
    }

    private static ICardChannel GetResponse(ICardChannel inner) =>
        (ICardChannel)Activator.CreateInstance(
            typeof(CardChannels).Assembly.GetType("HierCash.Card.Readers.GetResponseChannel", true)!, inner)!;

    private static byte[] Whole(ICardChannel channel, byte[] command)
    {
        var response = new byte[ICardChannel.ResponseRoom];
        int length = channel.Transmit(command, response);
        List<byte> data = [.. response[..(length - 2)]];
        while (response[length - 2] == 0x61)
        {
            length = channel.Transmit([0x00, 0xC0, 0x00, 0x00, response[length - 1]], response);
            data.AddRange(response[..(length - 2)]);
        }

        Assert.That(Convert.ToHexString(response.AsSpan(length - 2, 2)), Is.EqualTo("9000"));
        return [.. data];
    }

    private sealed class Endless : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => default;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            response[256] = 0x61;
            response[257] = 0;
            return 258;
        }

        public void Reset()
        {
        }

        public void Dispose()
        {
        }
    }
}
