using HierCash.Iso7816;

namespace HierCash.Protocol.Traces;

/// <summary>Writes what passes between a terminal and a card as a trace. Secrets are left out, so that it can be given away.</summary>
public sealed class TraceWriter(TextWriter to) : IApduRecorder
{
    private const byte GetResponseIns = 0xC0;
    private bool _answersInSecret;

    public void Reset(ReadOnlySpan<byte> atr, bool first)
    {
        if (first)
        {
            to.WriteLine($"# ATR: {Convert.ToHexString(atr)}");
            to.WriteLine("# PROTOCOL: T=1");
        }
        else
        {
            to.WriteLine();
            to.WriteLine("reset");
            to.WriteLine($"#< [{Hex.Spaced(atr)}]");
        }

        to.Flush();
    }

    public void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> response)
    {
        // GET RESPONSE fetches more of the same.
        _answersInSecret = ApduText.IsAnsweredInSecret(command) || (_answersInSecret && command is [0x00, GetResponseIns, ..]);
        bool hides = _answersInSecret && response.Length > 2;
        to.WriteLine();
        to.WriteLine($"# {ApduText.DescribeCommand(command)}");
        to.WriteLine(ApduText.IsSecret(command) && command.Length > 5 ? $"#!secret {Hex.Spaced(command[..5])}" : Hex.Spaced(command));
        to.WriteLine(hides ? $"#< [*] ({Hex.Spaced(response[^2..])})" : $"#< {ResponseMask.Exactly(response)}");
        to.WriteLine($"# {(hides ? "A secret; " : "")}{ApduText.Describe(hides ? response[^2..] : response)}");
        to.Flush();
    }
}
