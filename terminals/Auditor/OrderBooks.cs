using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;

namespace HierCash.Auditor;

/// <summary>The numbers of the orders in a bank's books (R27): each is one withdrawal's, and none was passed over.</summary>
internal sealed class OrderBooks(Books books)
{
    public IEnumerable<Finding> Run()
    {
        var known = new Dictionary<string, long>();
        foreach (var (u, number) in books.Rows("SELECT u, known FROM account", r => (r.GetFieldValue<byte[]>(0), r.GetInt64(1))))
        {
            known[Convert.ToHexString(u)] = number;
            long there = books.Number(
                """
                SELECT count(*) FROM (SELECT number FROM ordered WHERE u = ?1 AND number BETWEEN 1 AND ?2 UNION SELECT number FROM renounced WHERE u = ?1 AND number BETWEEN 1 AND ?2)
                """,
                u, number);
            if (there != number)
            {
                yield return books.Finds("account", u, $"it says that its orders up to {number} are known, and {there} of them are");
            }
        }

        var taken = new HashSet<(string, uint)>();
        foreach (var (request, u, bytes, isAssigned) in books.Rows(
            """
            SELECT w.request, w.u, w.user_order, EXISTS (SELECT 1 FROM ledger_tx t WHERE t.kind = 'withdrawal assigned' AND t.reference = w.request)
            FROM withdrawal w ORDER BY w.rowid
            """,
            r => (r.GetFieldValue<byte[]>(0), Convert.ToHexString(r.GetFieldValue<byte[]>(1)), r.GetFieldValue<byte[]>(2), r.GetInt64(3) == 1)))
        {
            var reader = new BerTlvReader(bytes);
            var order = AccountRequest.Read(ref reader);
            if (!reader.Complete)
            {
                continue;
            }

            if (!taken.Add((u, order.Number)))
            {
                yield return books.Finds("withdrawal", request, $"its account has another withdrawal under order number {order.Number}");
            }

            // What was issued before the bank was restored is assigned at once, also before those that are still missing.
            if (!isAssigned && order.Number > known.GetValueOrDefault(u))
            {
                yield return books.Finds("withdrawal", request, $"it is order {order.Number} of an account whose orders are not known up to there");
            }
        }
    }
}
