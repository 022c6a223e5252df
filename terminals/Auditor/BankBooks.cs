namespace HierCash.Auditor;

/// <summary>Recomputes what must hold in a bank's database, from its rows and signatures alone.</summary>
/// <param name="number">Whose books they are (<see cref="BankNumber"/>); null: nothing in them says it.</param>
internal sealed class BankBooks(Books books, long? number, TrustedKeys keys, VerifiedRows seen)
{
    private ParkedBooks Parked { get; } = new(books);
    /// <summary>What is no finding; complete once all of <see cref="Run"/> was read.</summary>
    public List<Finding> Notes { get; } = [];

    public IEnumerable<Finding> Run() =>
        Transactions().Concat(Ledger()).Concat(Accounts()).Concat(Withdrawals())
            .Concat(new OrderBooks(books, number, keys).Run()).Concat(Instructions())
            .Concat(Books.Later(Parked.Rest)).Concat(Float()).Concat(Evidences()).Concat(Statements());

    private IEnumerable<Finding> Transactions() => books.Check(
        "SELECT t.id, coalesce(sum(e.amount), 0), count(e.tx) FROM ledger_tx t LEFT JOIN ledger_entry e ON e.tx = t.id GROUP BY t.id "
            + "HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.tx) <> 2",
        r => (Id: r.GetInt64(0), Sum: r.GetInt64(1), Count: r.GetInt64(2)),
        t => books.Finds("ledger_tx", t.Id, $"its {t.Count} entries sum to {t.Sum}; two that sum to 0 are due"))
        .Concat(books.Check(
            "SELECT DISTINCT tx FROM ledger_entry e WHERE NOT EXISTS (SELECT 1 FROM ledger_tx t WHERE t.id = e.tx)", r => r.GetInt64(0),
            tx => books.Finds("ledger_entry", tx, "it belongs to no transaction")));

    private IEnumerable<Finding> Ledger()
    {
        foreach (var a in books.Rows(
            """
            SELECT a.id, a.kind, a.balance, coalesce(sum(e.amount), 0), coalesce(sum(CASE WHEN t.kind = 'instruction' AND e.amount < 0 THEN -e.amount END), 0), s.name
            FROM ledger_account a LEFT JOIN ledger_entry e ON e.account = a.id LEFT JOIN ledger_tx t ON t.id = e.tx
            LEFT JOIN shop_account s ON a.kind = 'shop' AND s.reference = a.owner GROUP BY a.id
            """,
            r => (Id: r.GetInt64(0), Kind: r.GetString(1), Balance: r.GetInt64(2), Sum: r.GetInt64(3), Instructed: r.GetInt64(4),
                Shop: r.IsDBNull(5) ? "" : r.GetString(5))))
        {
            if (a.Balance != a.Sum)
            {
                yield return books.Finds("ledger_account", a.Id, $"it shows {a.Balance}, but its entries sum to {a.Sum}");
            }

            // What an instruction took from a shop that had less is that shop's debt to its bank; nothing else takes an account below zero.
            long may = a.Kind == "shop" ? -a.Instructed : 0;
            if (a.Kind is "user" or "shop" or "float" && a.Balance < may)
            {
                yield return books.Finds("ledger_account", a.Id,
                    $"the {a.Kind} account is at {a.Balance}{(may < 0 ? $", and instructions took {-may} from it" : "")}");
            }
            else if (a.Kind == "shop" && a.Balance < 0)
            {
                Notes.Add(books.Finds("ledger_account", a.Id,
                    $"{a.Shop} owes {-a.Balance} minor units to this bank, for payments that were taken back"));
            }
        }

        // Ids are given once and upwards, and nothing is ever deleted.
        long last = 0;
        foreach (var (id, kind, reference) in books.Rows(
            "SELECT id, kind, reference FROM ledger_tx ORDER BY id", r => (r.GetInt64(0), r.GetString(1), r.Blob(2))))
        {
            if (id != last + 1)
            {
                yield return books.Finds("ledger_tx", last + 1, "it is missing");
            }

            last = id;
            if (seen.Check($"{books.Name} ledger_tx", id, System.Text.Encoding.UTF8.GetBytes(kind), reference) == false)
            {
                yield return books.Finds("ledger_tx", id, "it changed since an earlier audit");
            }
        }
    }

    private IEnumerable<Finding> Accounts() => books.Check("SELECT u, public_key FROM account", r => (U: r.Blob(0), Key: r.Blob(1)), a =>
        PublicKey.TryDecode(a.Key) is { } account && Derivations.U(account).Value.Is(a.U) ? null
            : books.Finds("account", a.U, "U is not the hash of its key"));

    /// <summary>Each withdrawal: the user's signed order, its end, and the money that moved for it.</summary>
    private IEnumerable<Finding> Withdrawals()
    {
        foreach (var w in books.Rows(
            """
            SELECT w.number, w.request, w.u, w.x, w.user_order, w.state, w.ek IS NOT NULL, w.never_issued, a.public_key,
                (SELECT coalesce(sum(e.amount), 0) FROM ledger_tx t JOIN ledger_entry e ON e.tx = t.id JOIN ledger_account l ON l.id = e.account
                 WHERE t.reference = w.request AND t.kind IN ('withdrawal', 'withdrawal reversed') AND l.kind = 'float'),
                (SELECT count(*) FROM ledger_tx t WHERE t.reference = w.request AND t.kind = 'withdrawal')
            FROM withdrawal w LEFT JOIN account a ON a.u = w.u ORDER BY w.number
            """,
            r => (Row: r.GetInt64(0), Request: r.Blob(1), U: r.Blob(2), X: r.GetInt64(3), Order: r.Blob(4), State: r.GetString(5),
                Issued: r.Flag(6), Never: r.BlobOrNull(7), Key: r.Blob(8), Moved: r.GetInt64(9), Debits: r.GetInt64(10))))
        {
            if (WithdrawalOrder.Decode(w.Order) is not { } order || !order.User.Value.Is(w.U) || order.FaceValue.ToLedger() != w.X
                || !order.Request.Value.Is(w.Request) || order.Bank.Value != (number ?? order.Bank.Value))
            {
                yield return books.Finds("withdrawal", w.Request, "its columns are not what the user ordered");
                continue;
            }

            bool? known = seen.Check($"{books.Name} withdrawal", w.Row, w.Order);
            if (!(known ?? (PublicKey.TryDecode(w.Key) is { } key && order.Verify(keys.Suite, key))))
            {
                yield return books.Finds("withdrawal", w.Request, known is null ? "the order is not signed by the account"
                    : "it changed since an earlier audit");
            }

            if (w.Issued != (w.State == "Issued") || w.Never is not null != (w.State == "Reversed"))
            {
                yield return books.Finds("withdrawal", w.Request, $"it is {w.State}, and its answer says something else");
            }

            if (w.Never is { } never && !(NonIssuanceStatement.Decode(never) is { } statement && statement.Request == order.Request
                && keys.IsStatement(k => statement.Verify(keys.Suite, k))))
            {
                yield return books.Finds("withdrawal", w.Request, "money went back without a signed \"never issued\"");
            }

            long due = w.State == "Reversed" ? 0 : w.X;
            if (w.Moved != due || w.Debits != 1)
            {
                yield return books.Finds("withdrawal", w.Request,
                    $"{w.Moved} are in the float for it, {due} are due; debited {w.Debits} times");
            }
        }

        // Of what was forgotten the ledger still has the debit, and the money back where it was reversed.
        const string Orphans =
            """
            SELECT min(t.id), count(*), coalesce(sum(-e.amount), 0) FROM ledger_tx t JOIN ledger_entry e ON e.tx = t.id AND e.amount < 0
            WHERE kind = $1 AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.request = t.reference)
            """;
        var all = ForgottenRows.Of(books, "withdrawal");
        var reversed = books.Rows("SELECT times, amount FROM forgotten WHERE what = 'withdrawal' AND kind = 1", r =>
            (r.GetInt64(0), r.GetInt64(1))).SingleOrDefault();
        foreach (var (kind, due) in new[] { ("withdrawal", (all.Times, all.Amount)), ("withdrawal reversed", reversed) })
        {
            var (tx, times, amount) = books.Rows(Orphans, r => (r.IsDBNull(0) ? 0 : r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), kind)
                .Single();
            if ((times, amount) != due)
            {
                yield return books.Finds("ledger_tx", tx, "it moved money for a withdrawal that is not there");
            }
        }
    }

    /// <summary>What the issuer signed, in order of number, and what was booked for it.</summary>
    private IEnumerable<Finding> Instructions()
    {
        var forgotten = ForgottenRows.Of(books, "transfer");
        foreach (var (at, bytes, state) in books.Rows(
            "SELECT number, transfer, state FROM booked_transfer ORDER BY number", r =>
                (r.GetInt64(0), r.Blob(1), (BookingOutcome)r.GetInt64(2))))
        {
            if (forgotten.MissingBefore(at) is { } due)
            {
                yield return books.Finds("booked_transfer", due, "it is missing");
            }

            if (ClearingInstruction.Decode(bytes) is not { } transfer || (long)transfer.Number != at
                || transfer.Bank.Value != (number ?? transfer.Bank.Value) || !keys.IsStatement(k => transfer.Verify(keys.Suite, k)))
            {
                yield return books.Finds("booked_transfer", at, "the issuer did not sign it for this bank");
                continue;
            }

            if (Parked.Breaks(transfer, state) is { } what)
            {
                yield return what;
            }
        }

        long booked = books.Number("SELECT number FROM booked");
        if (!forgotten.EndsAt(booked))
        {
            yield return books.Finds("booked", booked,
                $"other instructions are kept, or more were forgotten than the {forgotten.Times} that it says");
        }
    }

    private IEnumerable<Finding> Float()
    {
        long balance = books.Number("SELECT balance FROM ledger_account WHERE kind = 'float'");
        long withdrawn = books.Number("SELECT coalesce(sum(x), 0) FROM withdrawal WHERE state <> 'Reversed'")
            + books.Number("SELECT amount FROM forgotten WHERE what = 'withdrawal' AND kind = 0")
            + books.Number("SELECT coalesce(sum(x), 0) FROM recovered");
        long instructed = books.Number(
            """
            SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx JOIN ledger_account a ON a.id = e.account
            WHERE t.kind IN ('instruction', 'suspense') AND a.kind = 'float'
            """);
        if (balance != withdrawn + instructed)
        {
            yield return books.Finds("ledger_account", "float",
                $"it holds {balance}; withdrawals and instructions leave {withdrawn + instructed}");
        }
    }

    private IEnumerable<Finding> Evidences()
    {
        foreach (var e in books.Rows("SELECT coin_id, proof, claimed, file, excess, guaranteed FROM evidence",
            r => (Coin: r.Blob(0), Proof: (Proof)r.GetInt64(1), Claimed: r.GetInt64(2), File: r.BlobOrNull(3), Excess: r.GetInt64(4),
                Guaranteed: r.GetInt64(5))))
        {
            var file = e.File is null ? null : Evidence.Decode(e.File);
            var rebuttals = books.Rows("SELECT rebuttal FROM rebuttal WHERE coin_id = $1 AND in_time = 1", r =>
                Rebuttal.Decode(r.Blob(0)) ?? Rebuttal.None, e.Coin).ToList();
            var finding = file?.Check(keys.Suite, keys.Root, new Defence(rebuttals, []));
            bool proven = finding?.IsProven == true;
            if (proven != (e.Proof == Proof.Excess) || (e.File is not null && file is null))
            {
                yield return books.Finds("evidence", e.Coin,
                    $"it says {e.Proof}, and its file {(proven ? "proves an excess" : "proves none")}");
            }
            else if (finding is not null && (finding.Excess.ToLedger() != e.Excess || finding.Guaranteed.ToLedger() != e.Guaranteed))
            {
                yield return books.Finds(
                    "evidence", e.Coin, $"it says that {e.Excess} exceed X and {e.Guaranteed} are guaranteed; its file says "
                        + $"{finding.Excess.ToLedger()} and {finding.Guaranteed.ToLedger()}");
            }
        }

        long claims = books.Number("SELECT balance FROM ledger_account WHERE kind = 'claims'");
        long claimed = books.Number("SELECT coalesce(sum(claimed), 0) FROM evidence") + ForgottenRows.Of(books, "case").Amount;
        if (-claims != claimed)
        {
            yield return books.Finds("evidence", "", $"{claimed} are claimed, but the claims account is at {claims}");
        }
    }

    private IEnumerable<Finding> Statements() => Books.Later(() =>
    {
        var chain = new StatementChain(keys, books, 0);
        return books.Check("SELECT number, statement FROM audit_statement ORDER BY number", r => (At: r.GetInt64(0), Bytes: r.Blob(1)), s =>
            chain.Breaks(s.Bytes, number ?? CirculationStatement.Decode(s.Bytes)?.Bank.Value ?? 0) is { } what
                ? books.Finds("audit_statement", s.At, what) : null).Take(1);
    });
}
