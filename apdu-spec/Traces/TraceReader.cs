using System.Globalization;
using HierCash.Iso7816;

namespace HierCash.Traces;

/// <summary>
/// Reads the trace format of traces.md: what scriptor runs unmodified, with expectations and directives in comment lines.
/// </summary>
public sealed class TraceReader
{
    // Digits of what people keep in files of their own: PINs and PUKs, and codes of letters, which are written in groups.
    private const int FewestDigits = 3;
    private const int MostDigits = 8;
    private const int CodeDigits = 20;

    private readonly string _name;
    private readonly List<TraceStep> _steps = [];
    private string? _card;
    private string _hex = "";
    private string _mask = "";
    private int _line;
    private bool _torn;

    private TraceReader(string name) => _name = name;

    /// <summary>Reads a trace.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="text">What the file holds.</param>
    /// <exception cref="TraceException">Not a trace; the message says in which line and why.</exception>
    public static Trace Read(string name, string text)
    {
        // A card image that is taken for a trace holds keys and PINs: nothing of it is quoted.
        if (text.AsSpan().ContainsAnyInRange('\0', '\b') || text.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw new TraceException($"'{name}' is no text, and so no trace.");
        }

        RequireNoSecret(name, text);
        var reader = new TraceReader(name);
        foreach (string line in text.Split('\n'))
        {
            reader._line++;
            reader.Take(line.TrimEnd('\r'));
        }

        return reader._steps.Count > 0 && reader._steps[^1] is TearStep
            ? throw reader.Fault("'#!tear' stands before the command that it tears.")
            : reader._hex.Length > 0 ? throw reader.Fault("The last command has no end: its line ends with a backslash.")
            : reader._mask.Length > 0 ? throw reader.Fault("The last expectation has no status word.")
            : new Trace(name, reader._card, reader._steps);
    }

    /// <summary>
    /// A file with a PIN, a PUK or an activation code is no trace: nothing of it is quoted, printed as bytes or sent to a card. A command
    /// of four bytes could be eight decimal digits too; with blanks between its bytes it is known for one.
    /// </summary>
    /// <exception cref="TraceException">All lines that are no comments are 3 to 8 decimal digits, or 20 in groups.</exception>
    internal static void RequireNoSecret(string name, string text)
    {
        var lines = text.Split('\n').Select(l => l.Trim())
            .Where(l => l.Length > 0 && (!l.StartsWith('#') || l.StartsWith("#<", StringComparison.Ordinal))).ToList();
        if (lines.Count > 0 && lines.TrueForAll(IsSecret))
        {
            throw new TraceException(
                $"'{name}' holds digits and nothing else, which could be a PIN, a PUK or a code: it is no trace. "
                + "In a trace, write blanks between the bytes of a command.");
        }
    }

    private static bool IsSecret(string line)
    {
        var groups = line.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries);
        int digits = groups.Sum(g => g.Length);
        return groups.All(g => g.All(char.IsAsciiDigit))
            && ((groups.Length == 1 && digits is >= FewestDigits and <= MostDigits)
                || (digits == CodeDigits && groups.Any(g => g.Length > 2)));
    }

    private void Take(string line)
    {
        if (line.Contains("exit", StringComparison.OrdinalIgnoreCase))
        {
            throw Fault("scriptor stops at every line that holds the word 'exit', comments too. Say it in other words.");
        }

        if (line.StartsWith("#<", StringComparison.Ordinal))
        {
            Expect(line[2..].Trim());
            return;
        }

        if (_mask.Length > 0)
        {
            throw Fault("The expectation before this line has no status word.");
        }

        if (line.StartsWith("#!", StringComparison.Ordinal))
        {
            Direct(line[2..].Trim());
        }
        else if (line.StartsWith('#') || string.IsNullOrWhiteSpace(line))
        {
            // A comment.
        }
        else if (line.Trim().Equals("reset", StringComparison.OrdinalIgnoreCase))
        {
            _torn = false;
            _steps.Add(new ResetStep(_line, null));
        }
        else
        {
            Command(line.Trim());
        }
    }

    private void Command(string line)
    {
        if (line.EndsWith('\\'))
        {
            _hex += line[..^1];
            return;
        }

        string hex = _hex + line;
        _hex = "";
        _torn = _steps.Count > 0 && _steps[^1] is TearStep;
        byte[] command = Hex.Parse(hex)
            ?? throw Fault(
                $"A line of {line.Length} characters is no command: hexadecimal digits or 'reset' are wanted, comments begin with #.");
        _steps.Add(new SendStep(_line, command, null));
    }

    private void Direct(string directive)
    {
        var words = directive.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string argument = words.Length > 1 ? words[1] : "";
        switch (words.Length > 0 ? words[0] : "")
        {
            case "card" when _card is not null || _steps.Count > 0:
                throw Fault("'#!card' stands once, before the first command.");
            case "card" when argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'):
                _card = argument;
                break;
            case "card":
                throw Fault("'#!card' names a fixture: letters, digits and dashes.");
            case "tear":
                _steps.Add(Tear(argument.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
                break;
            case "secret":
                _steps.Add(Secret(argument));
                break;
            default:
                throw Fault($"'#!{new string([.. directive.TakeWhile(char.IsAsciiLetter)])}' is no directive of this version.");
        }
    }

    private SecretStep Secret(string argument) => Hex.Parse(argument) is { Length: 5 } header
        ? new SecretStep(_line, header, null) : throw Fault("'#!secret' is followed by CLA INS P1 P2 Lc.");

    private TearStep Tear(string[] words)
    {
        var torn = TornWrite.Old;
        return words.Length is 1 or 2
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int write) && write > 0
            && (words.Length == 1 || (Enum.TryParse(words[1], ignoreCase: true, out torn) && char.IsAsciiLetter(words[1][0])))
            ? new TearStep(_line, write, torn)
            : throw Fault("'#!tear' is followed by the number of the write, from 1, and old, new or garbage.");
    }

    /// <summary>A mask may go over several lines; the status word ends it.</summary>
    private void Expect(string text)
    {
        _mask = _mask.Length > 0 ? $"{_mask} {text}" : text;
        var last = _steps.Count > 0 ? _steps[^1] : throw Fault("An expectation stands below its command.");
        if (_torn || last is TearStep)
        {
            throw Fault("A torn command has no answer to expect.");
        }

        bool isReset = last is ResetStep;
        if (isReset ? !_mask.EndsWith(']') : !_mask.Contains('(', StringComparison.Ordinal))
        {
            return;
        }

        // An ATR has no status word: any two bytes stand for it.
        string? fault = ResponseMask.Parse(isReset ? _mask + "(XX XX)" : _mask, out var mask);
        _mask = "";
        _steps[^1] = fault is not null ? throw Fault(fault) : last switch
            {
                SendStep { Expected: null } send => send with { Expected = mask },
                SecretStep { Expected: null } secret => secret with { Expected = mask },
                ResetStep { Atr: null } reset => reset with { Atr = mask },
                _ => throw Fault("This command has an expectation already."),
            };
    }

    private TraceException Fault(string what) => new($"{_name}, line {_line}: {what}");
}
