namespace HierCash.Protocol.Cash;

/// <summary>
/// When a shop has to answer (rules R3, R5): S_W that the file's bank saw in time, and the shop's own word on it after that.
/// </summary>
public sealed partial record Evidence
{
    /// <summary>
    /// Each shop is judged by what was shown and asked of its own payment. What the bank did not see within the notice's term nobody can
    /// make good, and who made S_W with a key that was stolen from it has all the time there is: that names nobody. Neither does an answer
    /// from before the bank saw S_W: the payment may have been taken back by the book since.
    /// </summary>
    private EvidenceFinding NameShop(ICashSuite suite, PublicKey root,
        List<CashPayment> struck, Defence heard, Func<Culprit, string, EvidenceFinding> say)
    {
        var judged = struck.ConvertAll(h => (H: h, Shown: ShownOn(suite, root, h, heard)));
        bool Owns(CashPayment h, Timestamp shown) => heard.Answers.Any(a => IsOwnWord(h.Till, heard) && a.Owns(suite, h, shown));
        bool IsNamed(CashPayment h, Timestamp shown) => Owns(h, shown) || (heard.ShopIsSilent && !Denies(suite, h, shown, heard));

        bool IsAsked(CashPayment h, Timestamp? shown)
        {
            // Before the bank saw it, no answer can name anybody: there it is enough that the shop was found.
            return heard.ShopIsSilent || (shown is { } at
                ? Owns(h, at) || Denies(suite, h, at, heard) : heard.Answers.Any(a => IsOwnWord(h.Till, heard) && a.Speaks(suite, h)));
        }

        string Shop(CashPayment h) => $"The shop of till {h.Till}";
        string Paid(CashPayment h) => h.Paid.Show(Order.Currency);
        if (judged.Find(j => j.Shown is { } at && IsNamed(j.H, at)) is { H: { } named, Shown: { } shown })
        {
            var own = heard.Answers.FirstOrDefault(a => IsOwnWord(named.Till, heard) && a.Owns(suite, named, shown));
            string word = own is not null ? $"it says so itself on {own.Date}, and shows no reversal"
                : $"whoever judges here says that it was asked after {shown}, had time to ask the issuer, and shows no reversal: no "
                    + $"signature says that";
            return say(
                Culprit.Shop,
                $"{Shop(named)} had taken back {Paid(named)} with its own signature, and settled it all the same; {word}."
                    + $" The issuer's reversal of payment {named.Id} clears it, whoever brings that. {Name} overspent nothing.");
        }

        if (judged.Find(j => !IsAsked(j.H, j.Shown)) is { H: { } open } asks)
        {
            string since = asks.Shown is { } at ? $"The bank saw that on {at}: ask it, after that," : "Ask it";
            return say(
                Culprit.ShopToAnswer,
                $"{Shop(open)} both settled and took back {Paid(open)}, in whichever order. {since} for the issuer's reversal of payment "
                    + $"{open.Id}: with one nobody is to blame. {Name} overspent nothing.");
        }

        if (judged.Find(j => j.Shown is { } at && Denies(suite, j.H, at, heard)) is { H: { } denied })
        {
            return say(
                Culprit.Nobody,
                $"{Shop(denied)} settled {Paid(denied)} that its signature takes back, and it says that it took nothing back: who else had "
                    + $"its key is not known, and it is not named."
                    + $" Refund payment {denied.Id} there: the issuer's reversal clears it. {Name} overspent nothing.");
        }

        var late = struck[0];
        string revoked = heard.Revoked.TryGetValue(late.Till, out var since2) ? $", and before its key was revoked on {since2}" : "";
        return say(
            Culprit.Nobody,
            $"{Shop(late)} both settled and took back {Paid(late)}, and no stamp proves that the bank heard this before "
                + $"{Notice.Until}{revoked}: for that it is not named. {Name} overspent nothing.");
    }

    /// <summary>
    /// When the file's bank first saw S_W of the payment; null if it did not in time, or not before the till's key was revoked.
    /// </summary>
    private Timestamp? ShownOn(ICashSuite suite, PublicKey root, CashPayment h, Defence heard)
    {
        bool Voids(Rebuttal rebuttal) => rebuttal.VoidOf(suite, h) is not null;

        var revoked = heard.RevokedBankKeys;
        var shown = heard.Rebuttals.Where(Voids).Select(r => r.HeardOn(suite, root, Notice.Until, BankKey, revoked)).Min();
        return shown is { } at && WasOwn(h.Till, at, heard) ? shown : null;
    }

    /// <summary>
    /// True if the till says, after the bank had heard S_W, that it took nothing back: it was asked, and nobody's silence names it.
    /// </summary>
    private static bool Denies(ICashSuite suite, CashPayment h, Timestamp shown, Defence heard) =>
        IsOwnWord(h.Till, heard) && heard.Answers.Any(a => a.Date >= shown && !a.IsTakenBack && a.Speaks(suite, h));

    /// <summary>
    /// True if nobody says that the till's key was revoked. Else no answer by it counts: who stole it dates it as they like.
    /// </summary>
    private static bool IsOwnWord(TillId till, Defence heard) => !heard.Revoked.ContainsKey(till);

    /// <summary>
    /// True if nobody says that the till's key was revoked by then, by the bank's clock: after that whoever stole it signs with it.
    /// </summary>
    private static bool WasOwn(TillId till, Timestamp date, Defence heard) =>
        !heard.Revoked.TryGetValue(till, out var revoked) || date < revoked;
}
