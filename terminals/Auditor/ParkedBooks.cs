using System.Buffers.Binary;

namespace HierCash.Auditor;

/// <summary>What a bank's ledger has to have moved for each instruction, booked or parked (R8).</summary>
internal sealed class ParkedBooks(Books books)
{
    private readonly HashSet<long> _booked = [];
    private readonly HashSet<long> _suspended = [];
    private long _waiting;

    /// <summary>1 where an instruction of that kind pays into that account of the ledger, -1 where it takes from it, else 0.</summary>
    public static int Effect(TransferKind kind, string account)
    {
        var (from, to) = Sides(kind);
        return to == account ? 1 : from == account ? -1 : 0;
    }

    /// <summary>What is wrong with one instruction, or null.</summary>
    public Finding? Breaks(ClearingInstruction transfer, BookingOutcome state)
    {
        long number = (long)transfer.Number;
        bool suspended = books.Number("SELECT suspense FROM parked WHERE number = $1", number) == 1;
        var (from, to) = Sides(transfer.Kind);
        if (suspended)
        {
            _suspended.Add(number);
        }

        if (state == BookingOutcome.Booked)
        {
            _booked.Add(number);
        }
        else if (suspended)
        {
            _waiting += transfer.Total.ToLedger();
        }

        return (state == BookingOutcome.Booked) != Moved(transfer, "instruction", suspended ? "suspense" : from, to)
            || (state != BookingOutcome.Booked && Count("instruction", transfer) != 0)
            ? books.Finds("booked_transfer", number, "the ledger moved something else for it")
            : suspended != Moved(transfer, "suspense", from, "suspense")
            ? books.Finds("parked", number, "the ledger moved something else for it to suspense")
            : state != BookingOutcome.Booked && books.Number("SELECT count(*) FROM parked WHERE number = $1", number) == 0
            ? books.Finds("parked", number, "it is parked without a signed reason") : null;
    }

    /// <summary>Bookings that belong to no instruction, and what suspense has to hold.</summary>
    public IEnumerable<Finding> Rest()
    {
        foreach (var (kind, known, forgotten) in new[] { ("instruction", _booked, ForgottenRows.Of(books, "transfer")),
            ("suspense", _suspended, ForgottenRows.Of(books, "suspense")) })
        {
            var old = new List<(long Tx, long Amount)>();
            foreach (var (tx, reference, amount) in books.Rows(
                "SELECT id, reference, (SELECT max(amount) FROM ledger_entry e WHERE e.tx = t.id) FROM ledger_tx t WHERE kind = $1",
                r => (r.GetInt64(0), r.Blob(1), r.IsDBNull(2) ? 0 : r.GetInt64(2)), kind))
            {
                long number = reference.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(reference) : 0;
                if (number > 0 && number <= forgotten.Highest && !known.Contains(number))
                {
                    old.Add((tx, amount));
                }
                else if (!known.Contains(number))
                {
                    yield return books.Finds("ledger_tx", tx, $"it is booked as {kind}, and belongs to none that is");
                }
            }

            if ((old.Count, old.Sum(o => o.Amount)) != (forgotten.Times, forgotten.Amount))
            {
                yield return books.Finds("ledger_tx", old.Select(o => o.Tx).FirstOrDefault(),
                    $"{forgotten.Times} that were booked as {kind} are forgotten; the ledger has {old.Count}, or other sums");
            }
        }

        long suspense = books.Number("SELECT balance FROM ledger_account WHERE kind = 'suspense'");
        long unordered = books.Number("SELECT coalesce(sum(x), 0) FROM recovered");
        if (suspense != _waiting - unordered)
        {
            yield return books.Finds("ledger_account", "suspense",
                $"it holds {suspense}; parked instructions make {_waiting}, less withdrawals without an order: {unordered}");
        }
    }

    private bool Moved(ClearingInstruction transfer, string kind, string from, string to)
    {
        var moved = books.Rows(
            "SELECT a.kind, a.owner, e.amount FROM ledger_tx t JOIN ledger_entry e ON e.tx = t.id JOIN ledger_account a ON a.id = "
                + "e.account WHERE t.kind = $1 AND t.reference = $2",
            r => (Kind: r.GetString(0), Owner: r.Blob(1), Amount: r.GetInt64(2)), kind, Reference(transfer));
        return moved.Count == 2 && moved.Any(m => m.Kind == from && m.Amount == -transfer.Total.ToLedger())
            && moved.Any(m => m.Kind == to && m.Amount == transfer.Total.ToLedger())
            && moved.Where(m => m.Kind == "shop").All(m => m.Owner.AsSpan().SequenceEqual(transfer.Reference.ToArray()));
    }

    private long Count(string kind, ClearingInstruction transfer) =>
        books.Number("SELECT count(*) FROM ledger_tx WHERE kind = $1 AND reference = $2", kind, Reference(transfer));

    private static byte[] Reference(ClearingInstruction transfer)
    {
        var reference = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(reference, transfer.Number);
        return reference;
    }

    private static (string From, string To) Sides(TransferKind kind) => kind switch
    {
        TransferKind.FloatDebit => ("float", "clearing"),
        TransferKind.ShopCredit => ("clearing", "shop"),
        TransferKind.ClaimDebit => ("claims", "clearing"),
        TransferKind.ClaimRestore => ("clearing", "claims"),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit => ("float", "user"),
        TransferKind.FloatRestore => ("clearing", "float"),
        TransferKind.ShopDebit => ("shop", "clearing"),
        _ => ("", ""),
    };
}
