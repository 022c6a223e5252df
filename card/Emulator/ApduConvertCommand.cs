using System.CommandLine;
using HierCash.Protocol;
using HierCash.Terminals.Consoles;
using HierCash.Traces;

namespace HierCash.Card.Emulator;

/// <summary>hiercash-card apdu convert and lint.</summary>
internal static class ApduConvertCommand
{
    public static Command Convert()
    {
        var file = new Argument<string>("FILE") { Description = "What to read." };
        var from = WordOption.Of("--from", "Its format.", TraceFormat.Hiercash);
        var to = WordOption.Of("--to", "The format to print.", TraceFormat.Hiercash);
        var command = new Command(
            "convert",
        """
        Prints a trace in the format of another tool, or another tool's in ours. Formats: Hiercash (scriptor runs it too), Apdutool, Opensc,
        Apdu4j, Etsi. What a format cannot say is left out: Apdutool and Opensc have no expectations, Apdu4j only exact ones.
        """) { file, from, to };
        command.SetAction(result =>
        {
            try
            {
                string name = result.GetValue(file)!;
                var trace = TraceConverter.Read(result.GetValue(from), name, GivenFile.ReadText(name));
                Console.Write(TraceConverter.Write(result.GetValue(to), trace, WalletVocabulary.Instance));
            }
            catch (Exception e) when (e is TraceException or IOException or UnauthorizedAccessException)
            {
                throw new RefusedException(Outcome.NotPrivate, FileFault.Say(e));
            }
        });
        return command;
    }

    public static Command Lint()
    {
        var files = new Argument<string[]>("FILE") { Description = "Traces, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(
            "lint",
            "Checks that traces are well-formed, without a card: "
            + "words that scriptor stumbles over, masks, directives, commands that nobody checks.") { files };
        command.SetAction(result =>
        {
            int faults = 0;
            foreach (string file in result.GetValue(files)!.SelectMany(ApduRunCommand.Expand))
            {
                foreach (string fault in Faults(file))
                {
                    Console.WriteLine(fault);
                    faults++;
                }
            }

            Console.WriteLine(faults == 0 ? "All well-formed." : faults == 1 ? "1 fault." : $"{faults} faults.");
            return faults == 0 ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    private static List<string> Faults(string file)
    {
        string text = GivenFile.ReadText(file);
        Trace trace;
        try
        {
            trace = TraceReader.Read(file, text);
        }
        catch (TraceException e)
        {
            return [e.Message];
        }

        var faults = new List<string>();
        TraceStep? before = null;
        foreach (var step in trace.Steps)
        {
            if (step is SendStep { Expected: null } && before is not TearStep)
            {
                faults.Add($"{file}, line {step.Line}: nothing says what the answer has to look like.");
            }

            before = step;
        }

        var lines = text.Split('\n').Select((l, i) => (Text: l, Number: i + 1));
        foreach (var (_, number) in lines.Where(l => IsLost(l.Text)))
        {
            faults.Add($"{file}, line {number}: '(90 00' is the mark of an expectation, and this line is none.");
        }

        return faults;
    }

    private static bool IsLost(string line) =>
        line.Contains("(90 00", StringComparison.Ordinal) && !line.StartsWith("#<", StringComparison.Ordinal);
}
