namespace HierCash.Card.Emulator;

internal static class ApduConvertVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "What to read." };
        var from = WordOption.Of("--from", "Its format.", TraceFormat.Hiercash);
        var to = WordOption.Of("--to", "The format to print.", TraceFormat.Hiercash);
        return new Verb(
            "convert",
            """
            Prints a trace in the format of another tool, or another tool's in ours. Formats: Hiercash (scriptor runs it too), Apdutool, Opensc,
            Apdu4j, Etsi. What a format cannot say is left out: Apdutool and Opensc have no expectations, Apdu4j only exact ones.
            """,
            "hiercash-card apdu convert theirs.scr --from Apdutool > ours.apdu") { file, from, to }.Does(result =>
        {
            try
            {
                string name = result.GetValue(file)!;
                var trace = TraceConverter.Read(result.GetValue(from), name, GivenFile.ReadText(name));
                Console.Write(TraceConverter.Write(result.GetValue(to), trace, WalletVocabulary.Instance));
            }
            catch (Exception e) when (e is TraceException or IOException or UnauthorizedAccessException)
            {
                throw new RefusedException(Outcome.Damaged, FileFault.Say(e));
            }
        });
    }
}
