using System.CommandLine;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop answer.</summary>
internal static class AnswerCommand
{
    public static Command Answer(Option<string> folder, Option<bool> json, Func<string, TillSession> open)
    {
        var payment = new Argument<string>("PAYMENT") { Description =
            "The payment id that you are asked about, or at least its first 8 digits." };
        var output = new Option<string>("--out")
        {
            Description = "Where to write the answer, for 'hiercash-auditor verify-evidence --answer'.", HelpName = "FILE", Required = true,
        };
        var command = new Command(
            "answer",
            "Answers who asks about a payment of this till: signed, whether the till took it back, and with the issuer's reversal if there "
                + "is one. Who took back what was settled, and has none, has to answer for it.")
        {
            payment, output, folder, json,
        };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            string id = result.GetValue(payment)!;
            if (id.Length < 8 || !id.All(char.IsAsciiHexDigit))
            {
                throw new UsageException("Give at least 8 hexadecimal digits of the payment id.");
            }

            int known = opened.Till.CountPayments(id);
            var answer = opened.Till.Answer(id) ?? throw (known == 0
                ? new RefusedException(Outcome.RuleBroken,
                    $"This till took no payment whose id begins with '{id}'. Ask which till was paid: the shop may have others.")
                : new RefusedException(Outcome.RuleBroken, $"{known} payments of this till begin with '{id}'. Give more digits of the payment id."));
            string path = result.GetValue(output)!;
            PrivateFile.WriteOnce(path, answer.Encode());
            Older.PrintDone(
                result.GetValue(json),
                new { File = path, Payment = answer.Payment.ToString(), TakenBack = answer.IsTakenBack,
                    Reversed = answer.Reversal?.Date.ToString(), Y = answer.Reversal?.Y.Minor },
                answer.Reversal is { } reversal
                    ? $"'{path}' shows that the issuer took payment {answer.Payment} back on {reversal.Date}: it was made good."
                    : $"'{path}' shows no reversal of payment {answer.Payment}. " + (answer.IsTakenBack
                        ? "The till took it back. If it was sent before, the shop has to answer for it."
                        : "It says that this till took nothing back. If somebody shows S_W of it all the same, refund it here: the "
                            + "issuer's reversal clears the shop."));
        });
        return command;
    }
}
