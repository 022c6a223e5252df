namespace HierCash.Card.Emulator;

internal static class ApduLintVerb
{
    public static Verb Make()
    {
        var files = new Argument<string[]>("FILE") { Description = "Traces, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var json = new JsonOption<LintJson>(CardJson.Default.LintJson);
        return new Verb(
            "lint",
            "Checks that traces are well-formed, without a card: words that scriptor stumbles over, masks, directives, commands that "
                + "nobody checks.",
            "hiercash-card apdu lint apdu-spec/traces") { files, json }.Does(result =>
        {
            var faults = new List<string>();
            foreach (string fault in result.GetValue(files)!.SelectMany(ApduRunVerb.Expand).SelectMany(Faults))
            {
                faults.Add(fault);
                if (!json.IsOn(result))
                {
                    Console.WriteLine(fault);
                }
            }

            json.Print(result, new LintJson(faults), faults.Count == 0 ? "All well-formed." : $"{Counted.Say(faults.Count, "fault")}.");
            return faults.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        });
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

internal sealed record LintJson(IReadOnlyList<string> Faults);
