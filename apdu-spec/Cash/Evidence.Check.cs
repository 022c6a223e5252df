namespace HierCash.Protocol.Cash;

/// <summary>Who has to answer: from the root key alone, offline, with what is shown against it (rules R3, R5, R9).</summary>
public sealed partial record Evidence
{
    /// <summary>What strikes a payment out of the sum.</summary>
    private enum Struck { Nothing, MadeGood, ByShop, ByIssuer }

    /// <param name="rebuttal">What U shows against it.</param>
    public EvidenceFinding Check(ICashSuite suite, PublicKey root, Rebuttal? rebuttal = null) =>
        Check(suite, root, rebuttal is null ? Defence.None : new Defence([rebuttal], []));

    /// <summary>Checks all signatures from the root key and says who is to blame, or why nobody is.</summary>
    public EvidenceFinding Check(ICashSuite suite, PublicKey root, Defence defence)
    {
        suite = OnceSuite.Over(suite);
        if (Unsigned(suite, root) is { } why)
        {
            return Find(Culprit.Nobody, why) with { IsSigned = false };
        }

        if (Fault(suite) is { } fault)
        {
            return Find(fault.Culprit, fault.Finding, Dossier.Spent);
        }

        return Dossier.Check(suite, root, Order.EI) switch
        {
            Proof.CertificateInvalid => Find(
                Culprit.Bank, "The issuer's certificates are not of this scheme. The bank, which signed the file, has to answer for this."),
            Proof.HeaderInvalid => Find(Culprit.Bank,
                "The issuer did not sign this dossier, and the bank, which signed the file, has to answer for it."),
            Proof.OpeningMismatch => Mismatch(suite, root),
            Proof.OtherCoin => Find(Culprit.Issuer,
                "The payments are not of the coin that the user ordered. The issuer has to answer for this."),
            Proof.PaymentInvalid => Find(Culprit.Issuer, "A payment's signatures do not verify. The issuer has to answer for this."),
            Proof.ReceiptInvalid => Find(Culprit.Issuer,
                "A receipt or a submission does not fit its payment. The issuer has to answer for this."),
            Proof.ClaimInvalid => Find(Culprit.Issuer,
                "More is claimed than exceeds the face value, or than was guaranteed. The issuer has to answer for this."),
            Proof.Nothing => Find(Culprit.Nobody, "All payments are valid and together within the face value. Nobody overspent."),
            Proof.Equivocation => Find(Culprit.Nobody,
                "The coin signed two payments under one counter, but not more than its face value. No identity is due."),
            _ => Weigh(suite, root, defence),
        };
    }

    /// <summary>Why no bank of this scheme has signed this; null if one has.</summary>
    private string? Unsigned(ICashSuite suite, PublicKey root)
    {
        bool isBank = BankKey.Usage == KeyUsage.Bank && BankKey.Holder == Order.Bank && BankKey.Verify(suite, root);
        if (!isBank)
        {
            return "The bank's certificate is not one of this scheme's root key. The file proves nothing.";
        }

        // The pages stand in the signed part by their hashes: others may have been put in by anybody on the way.
        bool signed = suite.Verify(BankKey.Key, Message, Signature) && Notice.Verify(suite, BankKey.Key) && Dossier.HasItsPages;
        return signed ? null : "The bank's signature does not fit the file: it was altered. The file proves nothing.";
    }

    /// <summary>What is wrong with the bank's own part, in order of precedence.</summary>
    private (Culprit Culprit, string Finding)? Fault(ICashSuite suite)
    {
        if (!HasItsNotice)
        {
            return (Culprit.Bank,
                "The bank's notice to the user is of another file, or gives another term. The bank has to answer for this.");
        }

        if (!IsDated)
        {
            return (Culprit.Nobody,
                "The bank dated the file before the dossier, before a payment, or too long after the dossier. The file is void.");
        }

        bool ordered = Order.Verify(suite, AccountKey);
        bool fits = Dossier.IsOf(Order);
        return !ordered || !fits
            ? (Culprit.Bank, "The withdrawal order is not signed by the account that is named. The bank has to answer for this.") : null;
    }

    private bool HasItsNotice => Notice.Bank == Order.Bank && Notice.User == Order.User && Notice.Coin == Dossier.Coin
        && Notice.Content == Digest.Of(Content) && IsNoticedAfter && Notice.Until == Notice.Date.Plus(Dossier.Header.DisputeTerm);

    private bool IsDated => IsAfter(Dossier.Header.Date) && Date <= Dossier.Header.Date.Plus(Dossier.Header.ClockTolerance)
        && Dossier.Entries.All(e => e.H.Time <= Date.Plus(Dossier.Header.ClockTolerance));

    private bool IsNoticedAfter => Notice.Date >= Date;

    private bool IsAfter(Timestamp dossier) => Date >= dossier;

    /// <summary>The bank chose the order: if the dossier is right about another E_I, the bank put the two together.</summary>
    private EvidenceFinding Mismatch(ICashSuite suite, PublicKey root) =>
        Dossier.EncipheredRequest(suite) is { } own
            && Dossier.Check(suite, root, own) is Proof.Excess or Proof.Equivocation or Proof.Nothing
            ? Find(Culprit.Bank,
                "The dossier is about another withdrawal than the order. The bank, which put them together, has to answer for this.")
            : Find(Culprit.Issuer, "The opening does not give the E_I that the user ordered. The issuer has to answer for this.");

    /// <summary>An excess stands unless so many of its payments are struck out that the rest is within X (hole 19).</summary>
    private EvidenceFinding Weigh(ICashSuite suite, PublicKey root, Defence defence)
    {
        var currency = Order.Currency;
        var heard = defence with { Rebuttals = [.. defence.Rebuttals.Select(Beside)] };

        // By payment: of a case with thousands of payments, and of reversals, none is compared with all others (rule R10).
        var filed = Reversals.ToLookup(r => r.Payment);
        var brought = defence.Reversals.ToLookup(b => b.Reversal.Payment);
        var entries = Dossier.Entries.Select(e => (Entry: e, Struck: StruckBy(suite, root, e, heard, filed[e.H.Id], brought[e.H.Id])))
            .ToList();
        Amount Rest(Struck upTo) => Dossier.Sum(
            entries.Where(e => e.Struck == Struck.Nothing || e.Struck > upTo).Select(e => e.Entry), e => e.H.Paid);
        var rest = Rest(Struck.ByIssuer);
        EvidenceFinding Say(Culprit culprit, string finding) => Find(culprit, finding, rest) with
        {
            Excess = rest > Order.FaceValue ? rest - Order.FaceValue : Amount.Zero,
            Guaranteed = Dossier.Sum(entries.Where(e => e.Struck == Struck.Nothing).Select(e => e.Entry), e => e.Receipt.Share.Guaranteed),
        };
        if (rest > Order.FaceValue)
        {
            return Say(Culprit.User, $"{Name} (account {Order.User}) signed payments of {rest.Show(currency)} with a coin of "
                + $"{Order.FaceValue.Show(currency)}.");
        }

        if (Rest(Struck.MadeGood) <= Order.FaceValue)
        {
            return Say(
                Culprit.Nobody, $"Payments were taken back, and the issuer made it good. What stands is within the face value: by this "
                    + $"file nobody has to answer, and {Name} owes nothing.");
        }

        if (Rest(Struck.ByShop) <= Order.FaceValue)
        {
            return NameShop(suite, root, [.. entries.Where(e => e.Struck == Struck.ByShop).Select(e => e.Entry.H)], heard, Say);
        }

        var struck = entries.First(e => e.Struck == Struck.ByIssuer).Entry.H;
        return Say(
            Culprit.Issuer,
            $"The issuer counted a payment of {struck.Paid.Show(currency)} that it had pronounced dead. {Name} overspent nothing.");
    }

    /// <summary>
    /// A rebuttal as it is heard beside this file: the certificates that stand in the file count for it too. Who is accused may have got
    /// theirs from the accuser (rule R3). Each is checked from the root key, as those of the rebuttal are.
    /// </summary>
    public Rebuttal Beside(Rebuttal rebuttal)
    {
        IReadOnlyList<KeyCertificate> own = [.. Dossier.Header.StatementKeys, .. FiledKeys, BankKey];
        return rebuttal with { Certificates = [.. rebuttal.Certificates, .. own] };
    }

    private Struck StruckBy(
        ICashSuite suite, PublicKey root, DossierEntry e, Defence defence,
        IEnumerable<Reversal> filed, IEnumerable<(Reversal Reversal, IReadOnlyList<KeyCertificate> Keys)> brought)
    {
        var keys = Dossier.Header.StatementKeys.Concat(FiledKeys);
        bool reversed = filed.Any(r => r.TakesBack(suite, root, e.H, keys)) || defence.Answers.Any(a => a.ShowsReversal(suite, root, e.H))
            || brought.Any(b => b.Reversal.TakesBack(suite, root, e.H, b.Keys));
        if (reversed)
        {
            return Struck.MadeGood;
        }

        bool voided = defence.Rebuttals.Any(r => r.VoidOf(suite, e.H) is not null);
        var deaths = defence.Rebuttals.Select(r => r.DeathOf(suite, root, e.H, Notice.Until)).OfType<NonSettlementStatement>().ToList();

        // What was taken back after the dossier was made is dead from then on, as it should be. The issuer says "voided" of what it took
        // back and of nothing else: that is its word that it was made good, also where S_W stands beside it. Who asked for the reversal has
        // that, and it need not be the shop.
        if (deaths.Exists(d => d.Basis == DeathBasis.Voided && d.Date >= Dossier.Header.Date))
        {
            return Struck.MadeGood;
        }

        // A dossier without the till's submission of each payment is the issuer's fault, and did not come as far as this (rule R3).
        // Whatever else is dead was never to be counted.
        return voided ? Struck.ByShop : deaths.Count == 0 ? Struck.Nothing : Struck.ByIssuer;
    }

    private EvidenceFinding Find(Culprit culprit, string finding, Amount? spent = null) =>
        new(culprit == Culprit.User, culprit, finding, Order.User, Name, spent ?? Dossier.Spent, Order.FaceValue, Order.Currency);
}
