using HierCash.Iso7816;

namespace HierCash.Traces;

/// <summary>Writes what passes between a terminal and a card as a trace. Secrets are left out, so that it can be given away.</summary>
/// <param name="to">Flushed after each command, and left open.</param>
/// <param name="vocabulary">Says what is secret, and gives each command and answer a comment.</param>
public sealed class TraceWriter(TextWriter to, IApduVocabulary vocabulary) : IApduRecorder
{
    private const byte GetResponseIns = 0xC0;
    private bool _answersInSecret;

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> response)
    {
        // GET RESPONSE fetches more of the same.
        _answersInSecret = vocabulary.IsAnsweredInSecret(command) || (_answersInSecret && command is [0x00, GetResponseIns, ..]);
        bool hides = _answersInSecret && response.Length > 2;
        to.WriteLine();
        to.WriteLine($"# {vocabulary.DescribeCommand(command)}");
        to.WriteLine(vocabulary.IsSecret(command) && command.Length > 5 ? $"#!secret {Hex.Spaced(command[..5])}" : Hex.Spaced(command));
        to.WriteLine(hides ? $"#< [*] ({Hex.Spaced(response[^2..])})" : $"#< {ResponseMask.Exactly(response)}");
        to.WriteLine($"# {(hides ? "A secret; " : "")}{vocabulary.Describe(hides ? response[^2..] : response)}");
        to.Flush();
    }
}
