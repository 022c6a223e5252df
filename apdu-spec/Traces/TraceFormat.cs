using System.Globalization;
using System.Text;
using HierCash.Iso7816;

namespace HierCash.Traces;

/// <summary>Other tools' ways to write conversations with cards.</summary>
public enum TraceFormat
{
    /// <summary>Our own, which scriptor runs too (traces.md).</summary>
    Hiercash,

    /// <summary>Java Card's apdutool: <c>0x00 0xA4 ... ;</c>, powerup and powerdown. It has no expectations.</summary>
    Apdutool,

    /// <summary>Arguments of opensc-tool: <c>-s 00:A4:...</c>. It has no expectations and no reset.</summary>
    Opensc,

    /// <summary>apdu4j's dumps: command and response by turns, each a line.</summary>
    Apdu4j,

    /// <summary>ETSI and 3GPP test tools: <c>CMD 00 A4 ... [data] (SW, SW)</c>, <c>RST</c>, masks with X.</summary>
    Etsi,
}

/// <summary>Reads and writes traces in the formats of other tools. What a format cannot say is left out.</summary>
public static class TraceConverter
{
    private const string Unrecorded = "# the answer is not recorded";

    /// <summary>Reads a trace of that format.</summary>
    /// <param name="name">For messages.</param>
    /// <exception cref="TraceException">Not of that format; the message names the line.</exception>
    public static Trace Read(TraceFormat format, string name, string text)
    {
        TraceReader.RequireNoSecret(name, text);
        var trace = ReadAs(format, name, text);
        return trace.Steps.Count > 0
            ? trace : throw new TraceException($"'{name}' holds no command in the format {format}. Name its format with --from.");
    }

    private static Trace ReadAs(TraceFormat format, string name, string text) => format switch
    {
        TraceFormat.Hiercash => TraceReader.Read(name, text),
        TraceFormat.Apdutool => TraceReader.Read(name, FromApdutool(name, text)),
        TraceFormat.Opensc => TraceReader.Read(name, FromOpensc(text)),
        TraceFormat.Apdu4j => TraceReader.Read(name, FromApdu4j(name, text)),
        _ => TraceReader.Read(name, FromEtsi(text)),
    };

    /// <summary>A trace in that format. What the format cannot say is left out.</summary>
    /// <param name="vocabulary">Names the commands, in comments.</param>
    public static string Write(TraceFormat format, Trace trace, IApduVocabulary vocabulary)
    {
        var text = new StringBuilder(Opening(format, trace));
        foreach (var step in trace.Steps)
        {
            text.Append(Step(format, step, vocabulary));
        }

        return text.Append(format == TraceFormat.Apdutool ? "powerdown;\n" : format == TraceFormat.Opensc ? "\n" : "").ToString();
    }

    private static string Opening(TraceFormat format, Trace trace) => format switch
    {
        TraceFormat.Apdutool => "powerup;\n",
        TraceFormat.Opensc => "opensc-tool",
        TraceFormat.Hiercash => trace.Card is { } card ? $"#!card {card}\n" : "",
        TraceFormat.Etsi => "RST\n",
        _ => "# PROTOCOL: T=1\n",
    };

    private static string Step(TraceFormat format, TraceStep step, IApduVocabulary vocabulary) => (format, step) switch
    {
        (TraceFormat.Hiercash, SendStep send) => $"{Hex.Spaced(send.Command)}\n{(send.Expected is { } mask ? $"#< {mask}\n" : "")}",
        (TraceFormat.Hiercash, ResetStep) => "reset\n",
        (TraceFormat.Hiercash, TearStep tear) => $"#!tear {tear.Write} {tear.Torn.ToString().ToLowerInvariant()}\n",
        (TraceFormat.Hiercash, SecretStep secret) => $"#!secret {Hex.Spaced(secret.Header)}\n",
        (TraceFormat.Apdutool, SendStep send) =>
            $"// {vocabulary.Name(send.Command)}\n{string.Join(' ', Tool(send.Command).Select(b => $"0x{b:X2}"))};\n",
        (TraceFormat.Apdutool, ResetStep) => "powerdown;\npowerup;\n",
        (TraceFormat.Opensc, SendStep send) => $" \\\n  -s {BitConverter.ToString(send.Command).Replace('-', ':')}",
        (TraceFormat.Apdu4j, SendStep send) =>
            $"{Convert.ToHexString(send.Command)}\n{(send.Expected?.Exact is { } response ? Convert.ToHexString(response) : Unrecorded)}\n",
        (TraceFormat.Etsi, SendStep send) => $"CMD {Hex.Spaced(send.Command)}{(send.Expected is { } mask ? $" {mask}" : "")}\n",
        (TraceFormat.Etsi, ResetStep) => "RST\n",
        _ => "",
    };

    /// <summary>apdutool wants Lc and Le always; 7F stands for an Le that is not there.</summary>
    private static byte[] Tool(byte[] command) => command.Length switch
    {
        4 => [.. command, 0x00, 0x7F],
        5 => [.. command[..4], 0x00, command[4]],
        _ when command.Length == 5 + command[4] => [.. command, 0x7F],
        _ => command,
    };

    private static string FromOpensc(string text)
    {
        var arguments = text.Split(["-s", "--send-apdu"], StringSplitOptions.None).Skip(1);
        return string.Concat(arguments.Select(s => s.Replace(':', ' ').Trim().Trim('\\').Trim() + "\n"));
    }

    private static string FromApdutool(string name, string text)
    {
        var lines = new StringBuilder();
        bool powered = false;
        string bare = string.Join('\n', text.Split('\n').Select(l => l.Split("//")[0]));
        int number = 0;
        foreach (string statement in bare.Split(';').Select(s => s.Trim()).Where(s => s.Length > 0))
        {
            number++;
            if (statement.StartsWith("power", StringComparison.OrdinalIgnoreCase))
            {
                lines.Append(powered && statement.Equals("powerup", StringComparison.OrdinalIgnoreCase) ? "reset\n" : "");
                powered = true;
                continue;
            }

            var bytes = new List<byte>();
            foreach (string word in statement.Split([' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            {
                bytes.Add(
                    word.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                    && byte.TryParse(word[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte b)
                    ? b
                    : throw new TraceException($"{name}, statement {number}: a word of {word.Length} characters is no byte such as 0xA4."));
            }

            lines.Append(Hex.Spaced(FromTool(bytes))).Append('\n');
        }

        return lines.ToString();
    }

    private static byte[] FromTool(List<byte> bytes)
    {
        byte[] all = [.. bytes];
        bool hasLe = all.Length == 6 + (all.Length > 4 ? all[4] : 0);
        return !hasLe ? all : (all[4], all[^1]) switch
            {
                (0, 0x7F) => all[..4],
                (0, var le) => [.. all[..4], le],
                (_, 0x7F) => all[..^1],
                _ => all,
            };
    }

    private static string FromApdu4j(string name, string text)
    {
        var lines = new StringBuilder();
        bool command = true;
        foreach (var (line, number) in text.Split('\n').Select((l, i) => (l.Trim(), i + 1)).Where(l => l.Item1.Length > 0))
        {
            if (line.StartsWith('#'))
            {
                command |= line.StartsWith("# the answer", StringComparison.Ordinal);
                continue;
            }

            byte[] bytes = Hex.Parse(line)
                ?? throw new TraceException($"{name}, line {number}: it is not hexadecimal, an even number of digits.");
            lines.Append(command ? Hex.Spaced(bytes) : $"#< {ResponseMask.Exactly(bytes)}").Append('\n');
            command = !command;
        }

        return lines.ToString();
    }

    private static string FromEtsi(string text)
    {
        var lines = new StringBuilder();
        bool first = true;
        foreach (string line in text.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("CMD ", StringComparison.OrdinalIgnoreCase))
            {
                string rest = line[4..];
                int mask = rest.IndexOfAny(['[', '(']);
                lines.Append(mask < 0 ? rest : rest[..mask].TrimEnd()).Append('\n').Append(mask < 0 ? "" : $"#< {rest[mask..]}\n");
                first = false;
            }
            else if (line.StartsWith("RST", StringComparison.OrdinalIgnoreCase))
            {
                lines.Append(first ? "" : "reset\n");
                first = false;
            }
            else if (line.Length > 0)
            {
                lines.Append("# ").Append(line.TrimStart('#', '/', ';', ' ')).Append('\n');
            }
        }

        return lines.ToString();
    }
}
