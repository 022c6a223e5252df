namespace HierCash.Terminals.Consoles;

/// <summary>
/// The one way from a console program to a terminal (rule R18): whatever it prints, a name, a peer's reason, a card's answer, cannot steer
/// the terminal, because control and format characters are written out. Line breaks stay: what is foreign and may hold one is escaped where
/// it comes in.
/// </summary>
/// <param name="mayBeLost">What an output that is full, gone or closed does not take is lost, and ends nothing: standard error, where
/// nobody else can be told either.</param>
public sealed class PlainWriter(TextWriter terminal, bool mayBeLost = false) : TextWriter(terminal.FormatProvider)
{
    private char _half;

    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value)
    {
        // Half of a character waits for the other half.
        if (char.IsHighSurrogate(value) && _half == default)
        {
            _half = value;
            return;
        }

        string text = _half == default ? value.ToString() : new string([_half, value]);
        _half = default;
        Out(PlainText.EscapeLines(text));
    }

    public override void Write(string? value)
    {
        if (value is not null)
        {
            Out(PlainText.EscapeLines(value));
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void Flush() => terminal.Flush();

    private void Out(string plain)
    {
        try
        {
            terminal.Write(plain);
        }
        catch (Exception e) when (mayBeLost && (e is IOException or UnauthorizedAccessException))
        {
            // Nobody can be told; the exit code still says it.
        }
        catch (UnauthorizedAccessException e)
        {
            // So the system calls a descriptor that is closed, and names no path.
            throw new IOException("The output is closed.", e);
        }
    }
}
