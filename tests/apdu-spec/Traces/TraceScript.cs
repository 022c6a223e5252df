using HierCash.Card.Runtime;
using HierCash.Card.Wallet;

namespace HierCash.Tests.Traces;

/// <summary>
/// Writes a trace while it plays it: the status word is what the specification says, the data is what the card answers, with what is
/// another on each card masked.
/// </summary>
internal sealed class TraceScript : IDisposable
{
    /// <summary>Values that follow from the card's own keys and random numbers.</summary>
    private static readonly Tag[] OfThisCard =
        [WalletTag.SU, WalletTag.Signature, WalletTag.EI, WalletTag.SI, WalletTag.NU, WalletTag.AccountKey, WalletTag.U, WalletTag.Puk,
            WalletTag.Nonce];

    private readonly EmulatedCard _card;
    private readonly StringWriter _text = new() { NewLine = "\n" };

    public TraceScript(string fixture, string about)
    {
        _card = FixtureCard.Make(fixture, Repository.PathOf("apdu-spec", "traces", "fixtures"));
        _text.WriteLine($"# {about}");
        _text.WriteLine("# Made by tests/apdu-spec/Traces/ConformanceTests.cs; each answer is the first that applies, with all that "
            + "come after it in the page wrong too where it can be.");
        _text.WriteLine($"#!card {fixture}");
    }

    public override string ToString() => _text.ToString();

    public void Note(string text) => _text.WriteLine($"\n# {text}");

    public void Reset()
    {
        _card.Reset();
        _text.WriteLine("reset\n#< [3B *]");
    }

    /// <summary>Sends a command that answers with that status word; the answer's data without it.</summary>
    public byte[] Send(byte[] apdu, string status, string what = "")
    {
        var response = new byte[70_000];
        int length = _card.Transmit(apdu, response);
        var data = response[..(length - 2)];
        string word = Convert.ToHexString(response.AsSpan(length - 2, 2));
        Assert.That(word, Is.EqualTo(status),
            $"{what} {Convert.ToHexString(apdu)}: {WalletVocabulary.Instance.Describe(response.AsSpan(0, length))}");
        if (what.Length > 0)
        {
            _text.WriteLine($"# {what}");
        }

        string hex = Hex.Spaced(apdu);
        for (int at = 0; at < hex.Length; at += 150)
        {
            _text.WriteLine(at + 150 < hex.Length ? $"{hex.AsSpan(at, 150)}\\" : hex[at..]);
        }

        _text.WriteLine($"#< [{Mask(data)}] ({word[..2]} {word[2..]})");
        return data;
    }

    public void Dispose()
    {
        _card.Dispose();
        _text.Dispose();
    }

    private static string Mask(ReadOnlySpan<byte> data)
    {
        var parts = new List<string>();
        var reader = new BerTlvReader(data);
        int at = 0;
        while (reader.HasMore && reader.ReadAny(out ushort tag, out var value))
        {
            int head = Head(data[at..], value.Length);
            bool constructed = ((tag > 0xFF ? tag >> 8 : tag) & 0x20) != 0;
            parts.Add(Hex.Spaced(data.Slice(at, head)));
            parts.Add(constructed ? Mask(value) : OfThisCard.Contains((Tag)tag) ? $"XX*{value.Length}" : Hex.Spaced(value));
            at += head + value.Length;
        }

        return reader.Complete ? string.Join(' ', parts) : data.Length > 32 ? $"XX*{data.Length}" : Hex.Spaced(data);
    }

    /// <summary>Bytes of tag and length.</summary>
    private static int Head(ReadOnlySpan<byte> data, int value)
    {
        int tag = (data[0] & 0x1F) == 0x1F ? 2 : 1;
        return tag + (value < 0x80 ? 1 : value < 0x100 ? 2 : 3);
    }
}
