using System.CommandLine.Invocation;
using System.Data.Common;
using System.Text.Json;
using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol.Link;

namespace HierCash.Terminals.Consoles;

/// <summary>The one entry of all consoles: one sentence for every failure, the documented exit code, never a stack trace.</summary>
public static class ConsoleEntry
{
    /// <summary>What is told to stop has so long.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);

    /// <summary>A prompt that is told to stop gives the terminal back within so long.</summary>
    private static readonly TimeSpan PromptGrace = TimeSpan.FromSeconds(1);

    /// <summary>Exceptions come here, and signals too.</summary>
    private static readonly InvocationConfiguration Plainly =
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    private static bool _wantsJson;

    /// <summary>1 once the JSON value stands on standard output, or is being written: nothing follows it, whoever comes late.</summary>
    private static int _hasPrinted;

    /// <summary>The terminal itself, for a program that draws a screen of its own and escapes what is foreign in it.</summary>
    public static TextWriter Terminal { get; private set; } = Console.Out;

    public static async Task<int> Run(ConsoleRoot root, string[] args)
    {
        Terminal = Console.Out;
        Console.SetOut(new PlainWriter(Console.Out));
        Console.SetError(new PlainWriter(Console.Error, mayBeLost: true));
        StopSignals.Watch();
        return await Obey(root, args);
    }

    private static async Task<int> Obey(ConsoleRoot root, string[] args)
    {
        (_wantsJson, _hasPrinted) = (false, 0);
        ParseResult? parsed = null;
        try
        {
            parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            _wantsJson = JsonOption.IsSaid(parsed);
            return parsed.Action is ParseErrorAction ? await Fail(Outcome.InvalidCommandLine, MistypedLine.Explain(parsed, args))
                : EmptyPath(parsed) is { } empty
                    ? await Fail(Outcome.InvalidCommandLine, $"{empty} is an empty name. Name a file or a folder.")
                : await RunStoppable(parsed);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var refused = Explain(e, root);
            return await Fail(refused.Outcome, refused.Sentence + (parsed is null ? "" : EnvironmentVariables.Named(parsed, refused)));
        }
    }

    /// <summary>
    /// The one table from what ends a verb to its outcome. What the program does not expect is a fault of its own: a process that dies has
    /// no sentence, and an exit code that means nothing. What such a fault says may hold anything, and is not printed.
    /// </summary>
    private static Refused Explain(Exception fault, ConsoleRoot root) => fault switch
    {
        RefusedException e => e.Refused,
        UsageException => new(Outcome.InvalidCommandLine, fault.Message),
        OperationCanceledException => new(Outcome.Stopped, "Stopped."),
        LinkException => new(Outcome.PeerUnreachable, fault.Message),
        CardChannelException => new(Outcome.CardUnreachable, fault.Message),
        CardRefusedException => new(Outcome.CardRefused, fault.Message),
        FileInUseException => new(Outcome.InUse, fault.Message),
        FileStorageException => new(Outcome.StorageFailed, fault.Message),
        UnusableFileException => new(Outcome.Damaged, fault.Message),
        FileNotFoundException or DirectoryNotFoundException => new(Outcome.NotFound, FileFault.Say(fault)),
        IOException or UnauthorizedAccessException => new(Outcome.StorageFailed, FileFault.Say(fault)),
        DbException e when IsOfTheDisk(e) => new(Outcome.StorageFailed, $"The disk has no room, or fails: "
            + $"{FileFault.Say(e).TrimEnd('.')}. Make room, and run this again; the files are whole. {root.AfterDiskFault}".TrimEnd()),
        DbException e when IsOfALock(e) => new(Outcome.InUse,
            "Another program writes the database. Wait until it is done, or stop it, and run this again."),
        DbException e => new(Outcome.StorageFailed, $"A database of this folder cannot be used: {FileFault.Say(e).TrimEnd('.')}. Check the "
            + $"folder and its permissions, or take a good copy of the file."),
        _ => new(Outcome.Fault, $"The program has a fault that it does not know ({fault.GetType().Name}). Check with 'audit' where there "
            + $"is one, and report this with the command."),
    };

    /// <summary>SQLITE_IOERR and SQLITE_FULL. This project knows no driver, and those who throw it here know one.</summary>
    private static bool IsOfTheDisk(DbException e) =>
        e.Message.StartsWith("SQLite Error 10:", StringComparison.Ordinal)
            || e.Message.StartsWith("SQLite Error 13:", StringComparison.Ordinal);

    /// <summary>SQLITE_BUSY and SQLITE_LOCKED.</summary>
    private static bool IsOfALock(DbException e) =>
        e.Message.StartsWith("SQLite Error 5:", StringComparison.Ordinal)
            || e.Message.StartsWith("SQLite Error 6:", StringComparison.Ordinal);

    /// <summary>
    /// Ctrl-C, SIGTERM and SIGHUP cancel what runs, which has a while to end. The handler is there before anything runs, never waits, and
    /// stays to the end of the process: signals are told to one handler after the other, and a prompt has one too.
    /// </summary>
    private static async Task<int> RunStoppable(ParseResult parsed)
    {
        var run = Task.Run(() => parsed.InvokeAsync(Plainly, StopSignals.Token));
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = StopSignals.Token.Register(told.SetResult);

        // What cannot hear of it has no more to end than a prompt.
        var grace = parsed.Action is AsynchronousCommandLineAction ? Grace : PromptGrace;
        if (await Task.WhenAny(run, told.Task) != run && await Task.WhenAny(run, Task.Delay(grace)) != run)
        {
            throw new OperationCanceledException();
        }

        return await run;
    }

    /// <summary>Prints one JSON value, or what people read.</summary>
    internal static void Print(bool json, string line)
    {
        if (!json || IsFirst())
        {
            Console.WriteLine(line);
        }
    }

    private static bool IsFirst() => Interlocked.Exchange(ref _hasPrinted, 1) == 0;

    /// <summary>
    /// The first argument or option for a file or a folder that was given as nothing: a script's variable that is not set.
    /// </summary>
    private static string? EmptyPath(ParseResult parsed)
    {
        static bool IsPath(string? name) => name is "FILE" or "DIR" or "TRACE";
        return parsed.CommandResult.Children.Where(c => c.Tokens.Any(t => t.Value.Length == 0)).Select(c => c switch
        {
            ArgumentResult { Argument: var argument } when IsPath(argument.Name) => argument.Name,
            OptionResult { Option: var option } when IsPath(option.HelpName) => option.Name,
            _ => null,
        }).FirstOrDefault(n => n is not null);
    }

    /// <summary>Prints what a verb without JSON has done; see <see cref="JsonOption{T}.PrintDone"/>.</summary>
    public static void SayDone(string text) => SayDone(json: false, text, text);

    /// <summary>Prints what has to be carried on, made by a command that changed the books for it.</summary>
    /// <param name="done">What is done, and what is printed: the sentence goes on with "could not be written".</param>
    /// <param name="again">The command that prints it again.</param>
    /// <exception cref="RefusedException">It could not be written: what is done stays done, and who carries an empty file is
    /// told.</exception>
    public static void PrintToCarry(string text, string done, string again)
    {
        try
        {
            Console.Write(text);
        }
        catch (IOException e)
        {
            throw new RefusedException(Outcome.StorageFailed,
                $"{done} could not be written: {FileFault.Say(e).TrimEnd('.')}. {again} prints it again.");
        }
    }

    internal static void SayDone(bool json, string line, string text)
    {
        try
        {
            Print(json, line);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"It is done, and could not be written to the output ({FileFault.Say(e).TrimEnd('.')}). {text}");
        }
    }

    /// <summary>The sentence on stderr; and with --json its value on stdout, where none stands there yet.</summary>
    private static async Task<int> Fail(Outcome outcome, string sentence)
    {
        if (_wantsJson)
        {
            var error = new ErrorJson(new ErrorJson.Said(outcome.Code(), sentence));
            try
            {
                Print(json: true, JsonSerializer.Serialize(error, ConsoleJson.Default.ErrorJson));
            }
            catch (IOException)
            {
                // The sentence on stderr is left.
            }
        }

        await Console.Error.WriteLineAsync(sentence);
        return outcome.ExitCode();
    }
}
