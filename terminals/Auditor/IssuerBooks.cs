namespace HierCash.Auditor;

/// <summary>Recomputes what must hold in an issuer's database, from its rows and signatures alone.</summary>
internal sealed partial class IssuerBooks(Books books, TrustedKeys keys, VerifiedRows seen)
{
    private const string Coins =
        """
        (SELECT coin, coin_id, n, tm, bank, request, x, y, expiry, cancelled, returned, keyed, 1 AS open FROM inspection
         UNION ALL SELECT coin, coin_id, n, tm, bank, request, x, y, expiry, cancelled, returned, keyed, 0 FROM closed_coin)
        """;

    /// <summary>All that was or will be instructed, what was forgotten since included.</summary>
    private const string Moved =
        """
        (SELECT bank, kind, amount FROM instruction UNION ALL SELECT bank, kind, amount FROM transfer_delta
         UNION ALL SELECT bank, kind, amount FROM forgotten WHERE what = 'instruction')
        """;

    public IEnumerable<Finding> Run() => Certificates().Concat(Payments()).Concat(CoinRows()).Concat(Issuances()).Concat(Honoured())
        .Concat(Transfers()).Concat(BankRows()).Concat(DeadPayments()).Concat(Cases()).Concat(Registry()).Concat(Statements());

    private IEnumerable<Finding> Certificates() => books.Check(
        "SELECT name, certificate, 'secret_key' FROM secret_key WHERE certificate IS NOT NULL UNION ALL SELECT "
            + "lower(hex(substr(certificate, 1, 8))), certificate, 'lost_key' FROM lost_key",
        r => (Name: r.GetString(0), Bytes: r.Blob(1), Table: r.GetString(2)),
        c => KeyCertificate.Decode(c.Bytes) is { } decoded && keys.Add(decoded) ? null
            : books.Finds(c.Table, c.Name, "its certificate is not signed by the root key"));

    /// <summary>What is no finding; complete once all of <see cref="Run"/> was read.</summary>
    public List<Finding> Notes { get; } = [];

    /// <summary>Y and what was returned against X; the coin id against what the row says of the coin.</summary>
    private IEnumerable<Finding> CoinRows() => books.CheckAll(
        $"SELECT c.coin, c.coin_id, c.n, c.tm, c.x, c.y, c.returned, c.open, c.expiry, coalesce((SELECT sum(credited) FROM history h "
            + $"WHERE h.coin = c.coin), 0), c.keyed FROM {Coins} c ORDER BY c.coin",
        r => (Coin: r.GetInt64(0), Id: r.Blob(1), N: r.Blob(2), TM: r.GetInt64(3), X: r.GetInt64(4), Y: r.GetInt64(5),
            Returned: r.GetInt64(6), Open: r.Flag(7), Expiry: r.GetInt64(8), Credited: r.GetInt64(9), Keyed: r.Flag(10)),
        c =>
        {
            string table = c.Open ? "inspection" : "closed_coin";
            bool fits = c.Y >= 0 && c.Returned >= 0 && c.Y + c.Returned <= c.X && c.Open == c.Y + c.Returned < c.X;
            bool its = IsCoin(c.Id, c.N, c.TM, c.X, c.Expiry, c.Keyed) || IsKeptLonger(c.Coin, c.Id, c.N, c.TM, c.X, c.Expiry);
            return
            [
                c.Y == c.Credited ? null : books.Finds(table, c.Coin, $"Y is {c.Y}, but its payments credited {c.Credited}"),
                fits ? null : books.Finds(table, c.Coin,
                    $"Y {c.Y} and returned {c.Returned} do not fit X {c.X} of {(c.Open ? "an open" : "a used-up")} coin"),
                its ? null : books.Finds(table, c.Coin,
                    "its coin id is not the hash of what the row says: n, TM, X, expiry or who made the key was changed"),
            ];
        });

    /// <summary>
    /// A coin that was signed twice because the issuer was restored from a copy is kept for as long as either S_I is good: a payment shows
    /// the one that expires earlier (rule R27).
    /// </summary>
    private bool IsKeptLonger(long coin, byte[] id, byte[] n, long tm, long x, long expiry) =>
        books.Number("SELECT count(*) FROM restoration") > 0
        && books.Rows($"SELECT h FROM history WHERE coin = {coin}", r => CashPayment.Decode(r.Blob(0))).OfType<CashPayment>()
            .Any(h => h.Coin.Id.Value.Is(id) && IsOf(h.Coin, n, tm, x) && h.Coin.Terms.Expiry.Index < expiry);

    private bool IsCoin(byte[] id, byte[] n, long tm, long x, long expiry, bool keyed)
    {
        if (n.Length != 33 || tm is < 0 or > ushort.MaxValue || x is < 0 or > uint.MaxValue || expiry is < 0 or > ushort.MaxValue)
        {
            return false;
        }

        // The books name neither currency nor issuer: the certificates name the issuer, and of currencies there are not many.
        return (from issuer in keys.Issuers
                from key in keys.Of(KeyUsage.IssuerCoin)
                from g in Enum.GetValues<GFunction>()
                from currency in Currency.All
                let terms = new CoinAttributes(Coin.Suite1, g, issuer, key.Id, new Amount((ulong)x), currency, (ushort)tm,
                    new Quarter((ushort)expiry), keyed)
                select Digest.Of(SignedMessage.Coin(terms, n))).Any(d => d.ToArray().AsSpan().SequenceEqual(id));
    }

    /// <summary>One withdrawal is one coin, also where the issuer signed it twice because it was restored from a copy (rule R27).</summary>
    private static bool IsOf(Coin coin, byte[] n, long tm, long x) =>
        coin.N.AsSpan().SequenceEqual(n) && coin.Terms.TM == tm && coin.Terms.FaceValue.ToLedger() == x;

    /// <summary>Each payment: columns, H, receipt, all signatures; what was credited against the verdict.</summary>
    private IEnumerable<Finding> Payments()
    {
        var coins = books.Rows($"SELECT coin, n, tm, x FROM {Coins}", r =>
            (Number: r.GetInt64(0), N: r.Blob(1), TM: r.GetInt64(2), X: r.GetInt64(3))).ToDictionary(c => c.Number);
        var revoked = books.Rows("SELECT w, revoked FROM till WHERE revoked IS NOT NULL", r =>
            (r.Hex(0), r.GetInt64(1))).ToDictionary(t => t.Item1, t => t.Item2);
        var present = new HashSet<long>();
        foreach (var p in books.Rows(
            "SELECT id, payment_id, coin, seq, shop, y, verdict, credited, guaranteed, waiting, moved, h, receipt, reversed, submission, "
                + "by_revoked, till FROM history ORDER BY id",
            r => (Id: r.GetInt64(0), Payment: r.Blob(1), Coin: r.GetInt64(2), Seq: r.GetInt64(3), Shop: r.GetInt64(4), Y: r.GetInt64(5),
                Verdict: (Verdict)r.GetInt64(6), Credited: r.GetInt64(7), Guaranteed: r.GetInt64(8), Waiting: r.GetInt64(9),
                Moved: r.GetInt64(10), H: r.Blob(11), Receipt: r.Blob(12), Reversed: r.BlobOrNull(13), Submission: r.BlobOrNull(14),
                ByRevoked: r.Flag(15), Till: r.Blob(16))))
        {
            present.Add(p.Id);
            var h = CashPayment.Decode(p.H);
            var receipt = Receipt.Decode(p.Receipt);
            if (h is null || receipt is null)
            {
                yield return books.Finds("history", p.Id, "its H or its receipt cannot be read");
                continue;
            }

            bool columns = h.Id.Value.Is(p.Payment) && h.Seq == p.Seq && h.Paid.ToLedger() == p.Y
                && h.Till.Value.Is(p.Till)
                && receipt.Subject == h.Id.Value && receipt.Verdict == (p.Reversed is null ? p.Verdict : Verdict.Dead)
                && receipt.Paid == h.Paid && coins.TryGetValue(p.Coin, out var coin) && IsOf(h.Coin, coin.N, coin.TM, coin.X);
            if (!columns)
            {
                yield return books.Finds("history", p.Id, "its columns, its H and its receipt do not agree");
                continue;
            }

            // While H counts, what is credited, guaranteed and waiting makes y; once it is struck out, only what a revoked till keeps is
            // left (rules R1, R4).
            bool ever = p.Verdict is Verdict.Settled or Verdict.Equivocation or Verdict.Excess;
            bool counts = p.Reversed is null && ever;
            long sum = p.Credited + p.Guaranteed + p.Waiting;
            bool parts = counts ? sum == p.Y && SharesAgree(receipt.Share, p.Credited, p.Guaranteed, p.Waiting)
                : p.Reversed is null ? sum == 0 : p.Guaranteed + p.Waiting == 0 && p.Credited + p.Moved <= (ever ? p.Y : 0);
            if (!parts || (p.Verdict == Verdict.Settled && counts && p.Credited != p.Y))
            {
                yield return books.Finds("history", p.Id, $"{p.Credited} credited, {p.Guaranteed} guaranteed, {p.Waiting} waiting of {p.Y} "
                    + $"with verdict {p.Verdict}{(p.Reversed is null ? "" : ", taken back")}");
            }

            // A shop keeps something of what S_W took back only where the till's key was revoked by then; the date of its last receipt says
            // when that was.
            bool keeps = p.ByRevoked || (p.Reversed is not null && p.Credited > 0);
            if (keeps && !(revoked.TryGetValue(Convert.ToHexString(h.Till.Value.ToArray()), out long since)
                && since <= receipt.Date.ToLedger()))
            {
                yield return books.Finds("history", p.Id,
                    "it was taken back as of a revoked till, and the key of its till was not revoked before");
            }

            if (p.Reversed is { } reversed && !(Reversal.Decode(reversed) is { } taken
                && taken.Payment == h.Id && taken.Y == h.Paid && taken.Moved.ToLedger() == p.Moved
                && keys.IsStatement(k => taken.Verify(keys.Suite, k))))
            {
                yield return books.Finds("history", p.Id, "the statement that took it back is not signed");
            }

            if (p.Shop != 0 && !(p.Submission is { } submitted && SubmissionProof.Decode(submitted)?.Proves(keys.Suite, h) == true))
            {
                yield return books.Finds("history", p.Id, "its till did not sign that it submitted it");
            }

            // H never changes; each revision of its receipt is a row of its own to the memory of earlier audits.
            bool? known = seen.Check($"{books.Name} history", p.Id, p.H, []);
            bool? revision = seen.Check($"{books.Name} receipt {receipt.Revision} {receipt.Date.Microseconds}", p.Id, p.Receipt, []);
            known = known is null || revision is null ? (known & revision) : known.Value && revision.Value;
            bool genuine = known ?? (keys.IsStatement(k => receipt.Verify(keys.Suite, k))
                && keys.Of(KeyUsage.IssuerCoin).Any(k => h.Coin.Verify(keys.Suite, k)) && h.Verify(keys.Suite));
            if (!genuine)
            {
                yield return books.Finds("history", p.Id, known is null ? "a signature does not verify: S_I, S_U or the receipt"
                    : "it changed since an earlier audit");
            }
        }

        foreach (var twice in books.Rows(
            "SELECT coin, seq, min(id) FROM history WHERE verdict = 12 AND reversed IS NULL GROUP BY coin, seq HAVING count(*) > 1", r =>
                (Coin: r.GetInt64(0), Seq: r.GetInt64(1), Id: r.GetInt64(2))))
        {
            yield return books.Finds("history", twice.Id, $"seq {twice.Seq} of coin {twice.Coin} is settled twice");
        }

        // A purge takes a coin with all its payments, and counts them: more than that cannot be gone.
        var gone = seen.Rows($"{books.Name} history").Where(id => !present.Contains(id)).Order().ToList();
        foreach (long id in gone.Count > books.Number("SELECT times FROM forgotten WHERE what = 'history'") ? gone : [])
        {
            yield return books.Finds("history", id, "an earlier audit saw it, and it is gone");
        }
    }

    private static bool SharesAgree(Share share, long credited, long guaranteed, long waiting) =>
        share.Credited.ToLedger() == credited && share.Guaranteed.ToLedger() == guaranteed && share.Waiting.ToLedger() == waiting;

    /// <summary>Every answered withdrawal is one coin, or one tombstone; and every coin one withdrawal.</summary>
    private IEnumerable<Finding> Issuances() => books.Check(
        $"SELECT i.request, i.bank, i.x, i.ek IS NOT NULL, i.never_issued, (SELECT count(*) FROM {Coins} c WHERE c.request = i.request "
            + $"AND c.bank = i.bank AND c.x = i.x) FROM issuance i",
        r => (Request: r.Blob(0), Bank: r.GetInt64(1), X: r.GetInt64(2), Issued: r.Flag(3), Never: r.BlobOrNull(4), Coins: r.GetInt64(5)),
        row => row.Issued == row.Never is not null
            ? books.Finds("issuance", row.Request, "it is neither cash nor \"never issued\", or both")
            : row.Coins != (row.Issued ? 1 : 0)
            ? books.Finds("issuance", row.Request, row.Issued ? "no coin of this bank and amount belongs to it"
                : "a coin belongs to what was never issued")
            : row.Never is { } never && !(NonIssuanceStatement.Decode(never) is { } statement && statement.Request.Value.Is(row.Request)
                && statement.Bank.Value == row.Bank && statement.FaceValue.ToLedger() == row.X
                && keys.IsStatement(k => statement.Verify(keys.Suite, k)))
            ? books.Finds("issuance", row.Request, "its \"never issued\" is not signed for this withdrawal")
            : null)
        .Concat(books.Check(
            $"SELECT coin FROM {Coins} c WHERE bank <> 0 AND NOT EXISTS (SELECT 1 FROM issuance i WHERE i.request = c.request)",
            r => r.GetInt64(0), coin => books.Finds("inspection", coin, "no withdrawal belongs to this coin")));

    /// <summary>
    /// Coins that the issuer signed and forgot with a copy, and that no bank gave back (R27): what they paid it bears itself, and the books
    /// have the restoration. That S_I is genuine their payments show.
    /// </summary>
    private IEnumerable<Finding> Honoured()
    {
        bool restored = books.Number("SELECT count(*) FROM restoration") > 0;
        foreach (long coin in books.Rows(
            $"SELECT coin FROM {Coins} c WHERE bank = 0 AND ($1 = 0 OR returned > 0 OR NOT EXISTS (SELECT 1 FROM history h WHERE h.coin = "
                + $"c.coin) OR coin IN (SELECT coin FROM trace_case))", r => r.GetInt64(0), restored ? 1L : 0L))
        {
            yield return books.Finds("inspection", coin, "it is a coin of no bank, and the issuer was not restored, or nobody was paid "
                + "with it, or something of it went back, or there is a case about it");
        }

        long borne = books.Number(
            "SELECT coalesce(sum(CASE kind WHEN 1 THEN amount ELSE -amount END), 0) FROM transfer_delta WHERE bank = 0");
        long paid = books.Number($"SELECT coalesce(sum(y), 0) FROM {Coins} WHERE bank = 0")
            + books.Number("SELECT coalesce(sum(amount), 0) FROM forgotten WHERE what = 'honoured'");
        if (borne != paid)
        {
            yield return books.Finds("transfer_delta", "0", $"coins of no bank paid {paid}, but the issuer bears {borne}");
        }

        foreach (long number in books.Rows("SELECT number FROM instruction WHERE bank = 0", r => r.GetInt64(0)))
        {
            yield return books.Finds("instruction", $"0/{number}", "it is for no bank");
        }

        if (borne > 0)
        {
            Notes.Add(books.Finds("transfer_delta", "0", $"the issuer bears {borne} minor units: coins that it had signed and forgotten "
                + $"with a copy paid that, and no bank gave them back"));
        }
    }

    private IEnumerable<Finding> BankRows()
    {
        foreach (var b in books.Rows(
            $"SELECT id, issued, settled, redeemed, returned, (SELECT coalesce(sum(x - y - returned), 0) FROM {Coins} c WHERE c.bank = "
                + $"b.id) FROM bank b",
            r => (Id: r.GetInt64(0), Issued: r.GetInt64(1), Settled: r.GetInt64(2), Redeemed: r.GetInt64(3), Returned: r.GetInt64(4),
                Coins: r.GetInt64(5))))
        {
            long outstanding = b.Issued - b.Settled - b.Redeemed - b.Returned;
            if (outstanding != b.Coins || outstanding < 0)
            {
                yield return books.Finds("bank", b.Id, $"{outstanding} is outstanding, but its coins hold {b.Coins}");
            }

            foreach (var (what, total, kind, minus) in new[] { ("settled", b.Settled, 1, 6), ("redeemed", b.Redeemed, 4, 0),
                ("returned", b.Returned, 5, 0) })
            {
                long moved = books.Number($"SELECT coalesce(sum(CASE kind WHEN $2 THEN amount ELSE -amount END), 0) FROM {Moved} WHERE "
                    + $"bank = $1 AND kind IN ($2, $3)", b.Id, kind, minus);
                if (moved != total)
                {
                    yield return books.Finds("bank", b.Id, $"{total} is {what}, but {moved} was or will be instructed");
                }
            }
        }
    }

    private IEnumerable<Finding> Transfers()
    {
        var kept = books.Rows("SELECT id FROM bank", r => r.GetInt64(0))
            .ToDictionary(bank => bank, bank => ForgottenRows.Of(books, "instruction", bank));
        foreach (var t in books.Rows("SELECT bank, number, kind, reference, amount, transfer FROM instruction ORDER BY bank, number",
            r => (Bank: r.GetInt64(0), Number: r.GetInt64(1), Kind: r.GetInt64(2), Reference: r.Blob(3), Amount: r.GetInt64(4),
                ClearingInstruction: r.Blob(5))))
        {
            if (kept.GetValueOrDefault(t.Bank)?.MissingBefore(t.Number) is { } due)
            {
                yield return books.Finds("instruction", $"{t.Bank}/{due}", "it is missing");
            }

            if (ClearingInstruction.Decode(t.ClearingInstruction) is not { } signed || (long)signed.Number != t.Number
                || signed.Bank.Value != t.Bank || (long)signed.Kind != t.Kind
                || signed.Total.ToLedger() != t.Amount || !signed.Reference.Is(t.Reference)
                || !keys.IsStatement(k => signed.Verify(keys.Suite, k)))
            {
                yield return books.Finds("instruction", $"{t.Bank}/{t.Number}", "it is not what the issuer signed");
            }
        }

        // Promises and the ClaimDebit that they are in; a shop is credited only for what its bank's instruction was booked.
        foreach (var (bank, number) in books.Rows(
            """
            SELECT i.bank, i.number FROM instruction i WHERE i.kind = 3
                AND i.amount <> (SELECT coalesce(sum(amount + restored), 0) FROM claim_payment p WHERE p.bank = i.bank AND p.number = i.number)
            """,
            r => (r.GetInt64(0), r.GetInt64(1))))
        {
            yield return books.Finds("claim_payment", $"{bank}/{number}", "its promises do not make what was claimed");
        }

        foreach (byte[] payment in books.Rows(
            """
            SELECT p.payment_id FROM claim_payment p JOIN bank b ON b.id = p.bank WHERE p.paid IS NOT NULL AND (p.number IS NULL OR p.number > b.acknowledged
                OR EXISTS (SELECT 1 FROM parked k WHERE k.bank = p.bank AND k.number = p.number AND k.outcome <> 0))
            """,
            r => r.Blob(0)))
        {
            yield return books.Finds("claim_payment", payment, "the shop was credited before the claim was booked");
        }

        foreach (var (bank, number) in books.Rows("SELECT id, next_number FROM bank", r => (r.GetInt64(0), r.GetInt64(1)))
            .Where(b => !kept[b.Item1].EndsAt(b.Item2 - 1)))
        {
            yield return books.Finds("instruction", $"{bank}/{number - 1}", "it is missing, or one too many is there");
        }

        long debits = books.Number($"SELECT coalesce(sum(amount), 0) FROM {Moved} WHERE kind IN (1, 3, 7)");
        long credits = books.Number($"SELECT coalesce(sum(amount), 0) FROM {Moved} WHERE kind IN (2, 6, 8)");
        long claims = books.Number("SELECT coalesce(sum(amount), 0) FROM claim_payment WHERE paid IS NULL");
        if (debits != credits + claims)
        {
            yield return books.Finds("instruction", "",
                $"{debits} go into clearing, {credits} come out of it, and {claims} wait until claims are booked");
        }
    }
}
