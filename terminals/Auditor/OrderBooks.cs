namespace HierCash.Auditor;

/// <summary>The numbers of the orders in a bank's books (R27): each is one withdrawal's, and none was passed over.</summary>
internal sealed class OrderBooks(Books books, long? number, TrustedKeys keys)
{
    public IEnumerable<Finding> Run() => Words().Concat(Numbers());

    /// <summary>Each number that nobody can show any more stands on the account's own signed word.</summary>
    private IEnumerable<Finding> Words() => books.Check(
        "SELECT r.u, r.number, r.word, r.shown, a.public_key FROM renounced r LEFT JOIN account a ON a.u = r.u ORDER BY r.u, r.number",
        r => (U: r.Blob(0), Order: r.GetInt64(1), Word: r.Blob(2), IsShown: r.Flag(3), Key: r.Blob(4)),
        w => PublicKey.TryDecode(w.Key) is { } account && IsWord(w.U, w.Order, w.Word, w.IsShown, account) ? null
            : books.Finds("renounced", w.U, $"its account did not sign that order {w.Order} cannot be shown"));

    private bool IsWord(byte[] u, long order, byte[] word, bool isShown, PublicKey account)
    {
        bool Its(AccountId user, PartyId bank, uint signed) => user.Value.Is(u) && bank.Value == (number ?? bank.Value) && signed == order;
        return isShown
            ? ShownOrder.Decode(word) is { } shown && Its(shown.User, shown.Bank, shown.Number) && shown.Verify(keys.Suite, account)
            : Renunciation.Decode(word) is { } own && Its(own.User, own.Bank, own.Number) && own.Verify(keys.Suite, account);
    }

    private IEnumerable<Finding> Numbers()
    {
        var known = books.Rows("SELECT u, known FROM account", r =>
            (U: r.Hex(0), Known: r.GetInt64(1))).ToDictionary(a => a.U, a => a.Known);
        long there = ForgottenRows.Of(books, "order").Times + books.Number(
            """
            SELECT count(*) FROM account a JOIN (SELECT u, number FROM ordered UNION SELECT u, number FROM renounced) o ON o.u = a.u AND o.number BETWEEN 1 AND a.known
            """);
        if (known.Values.Sum() is var said && said != there)
        {
            yield return books.Finds("account", "", $"the orders of all accounts that are known are {said}, and there are {there}");
        }

        var taken = new HashSet<(string, uint)>();
        foreach (var (request, u, bytes, isAssigned) in books.Rows(
            """
            SELECT w.request, w.u, w.user_order, EXISTS (SELECT 1 FROM ledger_tx t WHERE t.kind = 'withdrawal assigned' AND t.reference = w.request)
            FROM withdrawal w ORDER BY w.number
            """,
            r => (r.Blob(0), r.Hex(1), r.Blob(2), r.Flag(3))))
        {
            if (WithdrawalOrder.Decode(bytes) is not { } order)
            {
                continue;
            }

            // An order that was missing may turn up after its account's card has signed another one under its number: what was issued is
            // debited all the same.
            if (!taken.Add((u, order.Number)) && !isAssigned)
            {
                yield return books.Finds("withdrawal", request, $"its account has another withdrawal under order number {order.Number}");
            }

            // What was issued before the bank was restored is assigned at once, also before those that are still missing.
            if (!isAssigned && order.Number > known.GetValueOrDefault(u))
            {
                yield return books.Finds("withdrawal", request,
                    $"it is order {order.Number} of an account whose orders are not known up to there");
            }
        }
    }
}
