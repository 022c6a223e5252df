namespace HierCash.Shop;

internal static class AnswerVerb
{
    public static Verb Make()
    {
        var payment = new Argument<string>("PAYMENT") { Description =
            "The payment id that you are asked about, or at least its first 8 digits." };
        var output = new Option<string>("--out")
        {
            Description = "Where to write the answer, for 'hiercash-auditor verify-evidence --answer'.", HelpName = "FILE", Required = true,
        };
        var json = new JsonOption<AnswerJson>(ShopJson.Default.AnswerJson);
        return new Verb(
            "answer",
            "Writes the shop's signed answer about a payment: whether this till took it back, and the issuer's reversal if there is one. "
                + "A shop that took back a settled payment without a reversal has to answer for it.",
            "hiercash-shop answer 5f3c09aa --out cafe.answer --dir cafe") { payment, output, TillSession.Directory, json }.Does(given =>
        {
            using var open = TillSession.Open(given, sells: true);
            string id = TypedHex.Digits(given.GetValue(payment)!, ShopTill.FewestDigits) ?? throw new UsageException(
                $"Give at least {ShopTill.FewestDigits} hexadecimal digits of the payment id, as whoever asks you names it.");
            var answer = open.Till.Answer(id).OrRefuse();
            string path = given.GetValue(output)!;
            PrivateFile.WriteOnce(path, answer.Encode());
            json.PrintDone(
                given,
                new AnswerJson(path, answer.Payment.ToString(), answer.IsTakenBack, answer.Reversal?.Date,
                    answer.Reversal is { } word ? open.Money(word.Y) : null),
                answer.Reversal is { } reversal
                    ? $"'{path}' shows that the issuer took payment {answer.Payment} back on {reversal.Date}: it was made good."
                    : $"'{path}' shows no reversal of payment {answer.Payment}. " + (answer.IsTakenBack
                        ? "The till took it back. If it was sent before, the shop has to answer for it."
                        : "It says that this till took nothing back. If somebody shows S_W of it all the same, refund it here: the "
                            + "issuer's reversal clears the shop."));
        });
    }
}

/// <summary>What <c>answer --json</c> prints.</summary>
/// <param name="Reversed">When the issuer took it back; null if there is no reversal.</param>
/// <param name="Amount">Of the reversal.</param>
internal sealed record AnswerJson(string File, string Payment, bool TakenBack, JsonTime? Reversed, Money? Amount);
