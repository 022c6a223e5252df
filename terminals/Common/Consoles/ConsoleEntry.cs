using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HierCash.Protocol;
using HierCash.Protocol.Iso7816;

namespace HierCash.Terminals.Consoles;

/// <summary>Exit codes of all consoles.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Understood, and not done: the sentence on stderr says why.</summary>
    public const int Refused = 1;

    /// <summary>Not understood.</summary>
    public const int Usage = 2;

    /// <summary>A peer or a card reader cannot be reached.</summary>
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

    /// <summary>Exceptions come here, and signals too.</summary>
    private static readonly InvocationConfiguration Plainly = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    /// <summary>The terminal itself, for a program that draws a screen of its own and escapes what is foreign in it.</summary>
    public static TextWriter Terminal { get; private set; } = Console.Out;

    public static async Task<int> Run(RootCommand root, string[] args)
    {
        Terminal = Console.Out;
        Console.SetOut(new PlainWriter(Console.Out));
        Console.SetError(new PlainWriter(Console.Error));
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

            return parsed.Action is AsynchronousCommandLineAction ? await RunStoppable(parsed) : await parsed.InvokeAsync(Plainly);
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
        catch (Exception e) when (e is RefusedException or CardRefusedException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return await Fail(FileFault.Say(e), ExitCode.Refused);
        }
        catch (DbException e)
        {
            return await Fail($"A database of this folder cannot be used: {e.Message.TrimEnd('.')}. Check the folder and its permissions, or take a good copy of the file.", ExitCode.Refused);
        }
        catch (ArgumentException e)
        {
            return await Fail($"{e.Message} Check the values that were given.", ExitCode.Usage);
        }
        catch (OverflowException)
        {
            return await Fail("A number or a date in what was given is too large to reckon with. Nothing was done with it.", ExitCode.Refused);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody is left to handle it: a process that dies has no sentence, and an exit code that means nothing. What the fault says may hold anything, and is not printed.
            return await Fail($"The program has a fault that it does not know ({e.GetType().Name}). Check with 'audit' where there is one, and report this with the command.", ExitCode.Refused);
        }
    }

    /// <summary>
    /// Ctrl-C and SIGTERM cancel what runs, which has a while to end. The handler is there before anything runs and never waits: signals are told to one handler
    /// after the other, and a prompt has one too.
    /// </summary>
    private static async Task<int> RunStoppable(ParseResult parsed)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            // Who asks twice does not want to wait.
            context.Cancel = !stop.IsCancellationRequested;

            // Elsewhere: what is told says so on an output that may be full or gone, and no signal waits or fails for that.
            _ = stop.CancelAsync();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var run = Task.Run(() => parsed.InvokeAsync(Plainly, stop.Token));
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Token.Register(told.SetResult);
        if (await Task.WhenAny(run, told.Task) != run && await Task.WhenAny(run, Task.Delay(Grace)) != run)
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

    /// <summary>The first argument or option for a file or a folder that was given as nothing: a script's variable that is not set.</summary>
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

    private static async Task<int> Fail(string sentence, int code)
    {
        try
        {
            await Console.Error.WriteLineAsync(sentence);
        }
        catch (IOException)
        {
            // Nobody can be told; the exit code still says it.
        }

        return code;
    }
}
