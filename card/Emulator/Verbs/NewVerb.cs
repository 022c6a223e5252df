namespace HierCash.Card.Emulator;

internal static class NewVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The image to make; FILE.witness belongs to it, keep both together." };
        return new Verb("new", "Makes an unpersonalised card. It has no PIN until its holder activates it.",
            "hiercash-card new alice.card") { file }.Does(result =>
        {
            try
            {
                CardChannels.Create(result.GetValue(file)!, Program.Suite);
            }
            catch (CardImageException e)
            {
                throw new RefusedException(Outcome.StorageFailed, e.Message);
            }

            ConsoleEntry.SayDone(
                $"'{result.GetValue(file)}' is a new card. A bank personalises it with 'hiercash-bank open-account NAME --letter "
                + $"LETTER --reader emulator:{result.GetValue(file)}'.");
        });
    }
}
