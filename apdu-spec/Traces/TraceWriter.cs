namespace HierCash.Protocol.Traces;

/// <summary>Writes what passes between a terminal and a card as a trace. Secrets are left out, so that it can be given away.</summary>
public sealed class TraceWriter(TextWriter to)
{
    /// <summary>A card that was put in or reset.</summary>
    /// <param name="first">The beginning of the recording, not a reset within it.</param>
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
        to.WriteLine();
        to.WriteLine($"# {ApduText.DescribeCommand(command)}");
        to.WriteLine(ApduText.IsSecret(command) && command.Length > 5 ? $"#!secret {Hex.Spaced(command[..5])}" : Hex.Spaced(command));
        to.WriteLine($"#< {ResponseMask.Exactly(response)}");
        to.WriteLine($"# {ApduText.Describe(response)}");
        to.Flush();
    }
}
