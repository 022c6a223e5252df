using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace HierCash.Terminals.Consoles;

/// <summary>One verb of a console. Its help ends with its examples, as the console's own does.</summary>
/// <param name="examples">Whole command lines that can be typed.</param>
public sealed class Verb(string name, string what, params string[] examples) : Command(name, what)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    public Verb Does(Action<ParseResult> act)
    {
        SetAction(act);
        return this;
    }

    /// <param name="act">Its result is the exit code.</param>
    public Verb Does(Func<ParseResult, int> act)
    {
        SetAction(act);
        return this;
    }

    public Verb Does(Func<ParseResult, CancellationToken, Task> act)
    {
        SetAction(act);
        return this;
    }

    /// <param name="act">Its result is the exit code.</param>
    public Verb Does(Func<ParseResult, CancellationToken, Task<int>> act)
    {
        SetAction(act);
        return this;
    }
}

/// <summary>A console: its verbs, and examples that lead through them.</summary>
public sealed class ConsoleRoot : RootCommand
{
    public ConsoleRoot(string what, params string[] examples) : base(what)
    {
        Examples = examples;
        var help = Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, this);
    }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>What else is said where a disk has failed in the middle of a verb.</summary>
    public string AfterDiskFault { get; private set; } = "";

    public ConsoleRoot SayingAfterDiskFault(string sentence)
    {
        AfterDiskFault = sentence;
        return this;
    }

    private sealed class HelpWithExamples(HelpAction plain, ConsoleRoot root) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = plain.Invoke(parseResult);
            var examples = parseResult.CommandResult.Command switch
            {
                Verb verb => verb.Examples,
                RootCommand => root.Examples,
                _ => [],
            };
            if (examples.Count > 0)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (string example in examples)
                {
                    output.WriteLine("  " + example);
                }

                output.WriteLine();
            }

            return code;
        }
    }
}
