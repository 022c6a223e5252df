using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol.Link;

namespace HierCash.Terminals.Consoles;

/// <summary>Exit codes of all consoles.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Understood, and not done: the sentence on stderr says why.</summary>
    public const int Refused = 1;

    /// <summary>Not understood.</summary>
    public const int Usage = 2;

    /// <summary>A peer or a card reader cannot be reached, or this machine's network not used.</summary>
    public const int Unreachable = 3;
}

/// <summary>The user asked for something that cannot be done. The message says what was wrong and what to do.</summary>
public sealed class RefusedException(string message) : Exception(message);

/// <summary>The user's words are off.</summary>
public sealed class UsageException(string message) : Exception(message);

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

    /// <summary>The terminal itself, for a program that draws a screen of its own and escapes what is foreign in it.</summary>
    public static TextWriter Terminal { get; private set; } = Console.Out;

    public static async Task<int> Run(RootCommand root, string[] args)
    {
        Terminal = Console.Out;
        Console.SetOut(new PlainWriter(Console.Out));
        Console.SetError(new PlainWriter(Console.Error, mayBeLost: true));
        StopSignals.Watch();
        try
        {
            var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Action is ParseErrorAction)
            {
                return await Fail(MistypedLine.Explain(parsed, args), ExitCode.Usage);
            }

            if (EmptyPath(parsed) is { } empty)
            {
                return await Fail($"{empty} is an empty name. Name a file or a folder.", ExitCode.Usage);
            }

            return await RunStoppable(parsed);
        }
        catch (UsageException e)
        {
            return await Fail(e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is LinkException or CardChannelException)
        {
            return await Fail(e.Message, ExitCode.Unreachable);
        }
        catch (OperationCanceledException)
        {
            return await Fail("Stopped.", ExitCode.Refused);
        }
        catch (Exception e) when (e is RefusedException or CardRefusedException or InvalidOperationException or IOException
            or UnauthorizedAccessException)
        {
            return await Fail(FileFault.Say(e), ExitCode.Refused);
        }
        catch (DbException e) when (IsOfTheDisk(e))
        {
            string paying = RootCommand.ExecutableName == "hiercash-shop"
                ? " If a card was paying, 'hiercash-shop status' says what it has signed." : "";
            return await Fail($"The disk has no room, or fails: {FileFault.Say(e).TrimEnd('.')}. Make room, and run this again; the files "
                + $"are whole.{paying}", ExitCode.Refused);
        }
        catch (DbException e)
        {
            return await Fail($"A database of this folder cannot be used: {FileFault.Say(e).TrimEnd('.')}. Check the folder and its "
                + $"permissions, or take a good copy of the file.", ExitCode.Refused);
        }
        catch (ArgumentException e)
        {
            return await Fail($"{e.Message} Check the values that were given.", ExitCode.Usage);
        }
        catch (OverflowException)
        {
            return await Fail("A number or a date in what was given is too large to reckon with. Nothing was done with it.",
                ExitCode.Refused);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody is left to handle it: a process that dies has no sentence, and an exit code that means nothing. What the fault says
            // may hold anything, and is not printed.
            return await Fail($"The program has a fault that it does not know ({e.GetType().Name}). Check with 'audit' where there is one, "
                + $"and report this with the command.", ExitCode.Refused);
        }
    }

    /// <summary>SQLITE_IOERR and SQLITE_FULL. This project knows no driver, and those who throw it here know one.</summary>
    private static bool IsOfTheDisk(DbException e) =>
        e.Message.StartsWith("SQLite Error 10:", StringComparison.Ordinal)
            || e.Message.StartsWith("SQLite Error 13:", StringComparison.Ordinal);

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
    [RequiresUnreferencedCode("Give the type's JSON description where the program is compiled ahead of time.")]
    [RequiresDynamicCode("Give the type's JSON description where the program is compiled ahead of time.")]
    public static void Print(bool json, object value, string text) =>
        Console.WriteLine(json ? JsonSerializer.Serialize(value, JsonSerializerOptions.Web) : text);

    /// <summary>The same for programs that are compiled ahead of time.</summary>
    public static void Print<T>(bool json, T value, JsonTypeInfo<T> type, string text) =>
        Console.WriteLine(json ? JsonSerializer.Serialize(value, type) : text);

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

    /// <summary>
    /// Prints what a command says that has done already what was asked: one JSON value, or what people read. What is done is done: where
    /// nobody can be told on standard output, that is said on standard error, and the exit code stays that of the act. A code that says
    /// "refused" would have a payment asked for twice.
    /// </summary>
    [RequiresUnreferencedCode("Give the type's JSON description where the program is compiled ahead of time.")]
    [RequiresDynamicCode("Give the type's JSON description where the program is compiled ahead of time.")]
    public static void PrintDone(bool json, object value, string text) =>
        SayDone(json ? JsonSerializer.Serialize(value, JsonSerializerOptions.Web) : text, text);

    /// <summary>The same of a command that has no JSON.</summary>
    public static void SayDone(string text) => SayDone(text, text);

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
            throw new RefusedException($"{done} could not be written: {FileFault.Say(e).TrimEnd('.')}. {again} prints it again.");
        }
    }

    private static void SayDone(string line, string text)
    {
        try
        {
            Console.WriteLine(line);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"It is done, and could not be written to the output ({FileFault.Say(e).TrimEnd('.')}). {text}");
        }
    }

    private static async Task<int> Fail(string sentence, int code)
    {
        await Console.Error.WriteLineAsync(sentence);
        return code;
    }
}
