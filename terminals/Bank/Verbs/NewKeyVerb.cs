namespace HierCash.Bank;

internal static class NewKeyVerb
{
    public static Verb Make()
    {
        var fresh = new Option<bool>("--fresh") { Description = "Another one than the next key that was made before." };
        return new Verb("new-key",
            "Makes the bank's next key; prints the request for it, signed by the present one. The present key goes on until the first call "
                + "to the issuer after 'join'. Stop 'serve' for 'join', and start it again.",
            "hiercash-bank new-key --dir north > next.request") { fresh, BankSession.Folder }.Does(given =>
        {
            using var open = BankSession.Open(given);
            var request = BankParty.RequestNextKey(open.Store, BankSession.Suite, open.Identity, given.GetValue(fresh));
            Console.Error.WriteLine(
                $"The new key is {Convert.ToHexString(request.Key.Bytes)}: keep this line; it names the key if it is ever lost.");
            ConsoleEntry.PrintToCarry(Armor.Write(Armor.Request, request.Encode()), "The next key is made, and the request for it",
                "'hiercash-bank new-key' without --fresh");
        });
    }
}
