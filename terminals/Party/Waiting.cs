namespace HierCash.Terminals;

/// <summary>
/// Every state in which something waits at a party. The page docs/waiting.md has a row for each, and 'status' shows each that there is.
/// </summary>
public enum WaitingKind
{
    /// <summary>Shop: accepted, and not sent yet, or sent and not answered.</summary>
    QueuedPayment,
    /// <summary>Shop: the issuer's clock said that its TIME lies in the future.</summary>
    EarlyPayment,
    /// <summary>Shop: the issuer does not know its coin, and may be an older copy of itself.</summary>
    NotYetKnownPayment,
    /// <summary>Shop: an issuer that was restored from a copy has forgotten what it had answered.</summary>
    BroughtAgain,
    /// <summary>Shop: signed by a card, and neither accepted nor given back.</summary>
    HeldPayment,
    /// <summary>Shop: given up or refunded, and the issuer has to sign that first.</summary>
    RefundUnderWay,
    /// <summary>Shop: a card has not come back for its S_W.</summary>
    OwedToCard,
    /// <summary>Shop: a card went before an answer came.</summary>
    UnseenTicket,
    /// <summary>Shop: the guarantee has promised it for later.</summary>
    GuaranteedPayment,
    /// <summary>Shop: above its coin's value, and nothing has come free.</summary>
    WaitingExcess,
    /// <summary>Shop: an offline payment needs a younger hot list.</summary>
    OldHotList,
    /// <summary>Shop: the till takes nothing until its clock has reached its last TIME.</summary>
    ClockBehindLastTime,
    /// <summary>Shop: the till's key was revoked; another till of the shop goes on.</summary>
    RevokedTill,
    /// <summary>Shop: the till's store is an older copy.</summary>
    RestoredTill,
    /// <summary>Shop: the issuer has paid what was never accepted; the customer gets it in cash.</summary>
    CashToPayBack,
    /// <summary>Wallet: a withdrawal was begun and is not on the card.</summary>
    UnfinishedWithdrawal,
    /// <summary>Wallet: the card has signed a redemption, and nobody answered for it.</summary>
    UnansweredRedemption,
    /// <summary>Wallet: the card is a restored copy, and its coins are frozen.</summary>
    FrozenCard,
    /// <summary>Bank: debited, and the issuer has not answered.</summary>
    DebitedWithdrawal,
    /// <summary>Bank, issuer: an instruction that the bank cannot book.</summary>
    ParkedInstruction,
    /// <summary>Bank: money whose owner is not known.</summary>
    Suspense,
    /// <summary>Bank: its database is an older copy.</summary>
    RestoredBank,
    /// <summary>Bank: the issuer says that its database is an older copy, and shows no word of it that says so.</summary>
    SaidToBeBehind,
    /// <summary>Bank: issued before the bank was restored from a copy, and nobody has shown the order.</summary>
    UnorderedWithdrawal,
    /// <summary>Bank: issued before the bank was restored from a copy; its order was shown, and its account does not cover it.</summary>
    UncoveredWithdrawal,
    /// <summary>Bank: an order that its account cannot show, while an issued withdrawal waits for one.</summary>
    RenouncedOrder,
    /// <summary>Bank: a claim on a holder who may still rebut it.</summary>
    ClaimInTerm,
    /// <summary>Bank: what an accused has shown, and the issuer has to answer.</summary>
    UnansweredRebuttal,
    /// <summary>Bank: a coin of a lost card that the issuer has not cancelled yet.</summary>
    UncancelledCoin,
    /// <summary>Bank: the issuer answers this bank no more.</summary>
    UnansweredByIssuer,
    /// <summary>Bank: its clock and the issuer's differ.</summary>
    DifferingClock,
    /// <summary>Bank: the process that serves could not do its last visit to the issuer, or a step of it.</summary>
    FailedVisit,
    /// <summary>Issuer: its clock is behind the latest time that it went by.</summary>
    ClockBehindSigned,
    /// <summary>Issuer: its clock is far ahead of its last sign of life, and no two banks have agreed with it yet.</summary>
    DoubtedClock,
    /// <summary>Issuer: owed between banks, to be instructed with the next cycle.</summary>
    OpenTransfer,
    /// <summary>Issuer: instructed, and the bank has not fetched it.</summary>
    UnfetchedInstruction,
    /// <summary>Issuer: its database is an older copy.</summary>
    RestoredIssuer,
    /// <summary>Issuer: a bank was left out when it recovered (R27).</summary>
    LeftOutBank,
    /// <summary>Issuer: credited to a shop before the issuer was restored from a copy, and its payment has not come again.</summary>
    RecoveredCredit,
    /// <summary>Issuer: a coin that it has signed and forgotten with a copy, and that no bank gave back.</summary>
    HonouredCoin,
    /// <summary>Issuer: a payment that came before its TIME.</summary>
    EarlyArrival,
    /// <summary>Issuer: a case whose dossier its bank has not fetched, or has not judged.</summary>
    UnjudgedCase,
    /// <summary>Issuer: promised to a shop, and not due or not paid yet.</summary>
    OpenGuarantee,
    /// <summary>Issuer: a payment above its coin's value that no guarantee covers.</summary>
    UncoveredExcess,
    /// <summary>Issuer: a redemption that does not fit whole, behind the shops.</summary>
    QueuedRedemption,
    /// <summary>Issuer: what is left of a cancelled coin, and is not on its holder's account yet.</summary>
    ReturnToCome,
}

/// <summary>Something that waits: why, since when, and what ends it.</summary>
/// <param name="What">What it is, with its amount or its name.</param>
/// <param name="Since">Null where nobody noted it.</param>
/// <param name="Reason">A sentence: why it waits.</param>
/// <param name="Ends">A sentence: the date, or the command, that ends it.</param>
public sealed record Waiting(WaitingKind Kind, string What, Timestamp? Since, string Reason, string Ends)
{
    /// <summary>For 'status': one line each, under a heading; a sentence where nothing waits.</summary>
    public static string Say(IReadOnlyList<Waiting> all) => all.Count == 0
        ? "Nothing waits."
        : string.Join(Environment.NewLine, all.Select(
            w => $"  {w.What}{(w.Since is { } since ? $", since {since}" : "")}: {w.Reason} {w.Ends}").Prepend("What waits:"));
}
