namespace HierCash.Bank;

/// <summary>What a person at the bank has to look at.</summary>
/// <param name="Number">Of the issuer's instruction or statement that it is about; 0 where it is about none.</param>
/// <param name="Holder">The holder whose card it is about; null where it is about none.</param>
/// <param name="Said">What the issuer said; null where it is about nothing that it said.</param>
public sealed record BankAlarm(Timestamp Date, string Kind, ulong Number, string? Holder = null, string? Said = null)
{
    /// <summary>For people, after the kind: what it is about.</summary>
    public string Subject => Holder is not null ? $": {Holder}" : Number > 0 ? $", number {Number}" : "";

    /// <summary>For people: what to do about it.</summary>
    public string Advice => Kind switch
    {
        BankAlarms.NotSigned => "Somebody else answered, or the issuer's key is not the scheme's: ask the issuer.",
        BankAlarms.OutOfOrder =>
            "The issuer left out or repeated an instruction: ask it, and see whether this bank or the issuer was restored from a backup.",
        BankAlarms.StatementNotSigned => "A statement of circulation that the issuer did not sign for this bank: somebody else answered, "
            + "or the issuer's key is not the scheme's: ask it.",
        BankAlarms.StatementOutOfOrder =>
            "The issuer changed what it said of this bank's circulation, or was restored from a backup. Both statements are kept: "
                + "'hiercash-bank audit --json' shows them. Ask the issuer.",
        BankAlarms.StrangeDossier => "The issuer sends a dossier about a coin that nobody here withdrew: ask it why, and whether this bank "
            + "was restored from a backup.",
        BankAlarms.PositionNotSigned => "What the issuer said of how far it is with this bank is not signed by it: ask it.",
        BankAlarms.IssuerBehind =>
            "The issuer was restored from an older copy. It has to run 'hiercash-issuer recover'; this bank takes nothing from it before.",
        BankAlarms.FalselyBehind => "The issuer says that this bank was restored from an older copy, and shows no word of this bank that "
            + "says so. It is not believed. "
            + Agreement.NameLostKey,
        BankAlarms.Behind => Agreement.RunRecover.Sentence,
        BankAlarms.Parked => "This bank could not book it: 'hiercash-bank parked' says why.",
        BankAlarms.NumberTwice =>
            "The card of this holder signed two orders under one number, one under two, or one under number 0, which an honest card never "
                + "does. What was issued is debited as soon as the account covers it. Ask the holder for the card.",
        BankAlarms.RenouncedShown =>
            "This holder's card signed that an order cannot be shown any more, and it was shown. It is debited as soon as the account "
                + "covers it. Somebody had kept it, or the card is not an honest one.",
        BankAlarms.RivalOrder =>
            "Both cards signed an order for the same withdrawal from before this bank was restored. The first one named bears it. Ask both "
                + "holders whose card has the coin.",
        BankAlarms.CardSetBack => "This bank signed that the card, if its PUK is blocked, goes back to the code of a new letter. If the "
            + "holder did not bring it, somebody has it: have it reported as lost.",
        BankAlarms.SetBackOfAnother =>
            "This bank signed that this holder's card goes back to the code of a new letter, and the card in the reader said that it is "
                + "another one. Nothing was set back, and that letter is gone. "
            + "A slip in the name does that: if it was none, see whether the holder still has the card.",
        _ => Said ?? "",
    };
}

/// <summary>The kinds of alarms, and those of now.</summary>
internal static class BankAlarms
{
    public const string NotSigned = "instruction not signed";
    public const string OutOfOrder = "instruction out of order";
    public const string Parked = "instruction parked";
    public const string StatementNotSigned = "statement not signed";
    public const string StatementOutOfOrder = "statement out of order";
    public const string PositionNotSigned = "position not signed";
    public const string IssuerBehind = "issuer restored from an older copy";
    public const string FalselyBehind = "falsely said to be restored";
    /// <summary>While it is so (<see cref="Agreement"/>).</summary>
    public const string Behind = "restored from an older copy";
    public const string StrangeDossier = "dossier of no withdrawal";
    public const string CardSetBack = "card set back";

    /// <summary>
    /// The card that was to be set back said that it is not this account's: what was signed over its nonce serves no other card.
    /// </summary>
    public const string SetBackOfAnother = "set-back with another card";
    /// <summary>One card, one number, two orders (R27).</summary>
    public const string NumberTwice = "order number used twice";
    /// <summary>An order that its account had renounced (R27).</summary>
    public const string RenouncedShown = "renounced order turned up";
    /// <summary>Two accounts, one withdrawal (R27).</summary>
    public const string RivalOrder = "withdrawal ordered by two accounts";
    /// <summary>While it is so (<see cref="Admission"/>).</summary>
    public const string Unanswered = "not answered by the issuer";

    /// <summary>Before the bank signs it: what it signed stands in its books, whatever becomes of the card's answer (rule R12).</summary>
    public static bool RaiseSetBack(IWriteTransaction db, Timestamp now, AccountId user) => AlarmTable.RaiseSetBack(db, now, user) > 0;

    /// <summary>First that this bank was restored, and that the issuer does not answer; then the newest first.</summary>
    public static List<BankAlarm> All(IReadSnapshot db) =>
    [
        .. Agreement.BehindSince(db) is { } since ? [new BankAlarm(since, Behind, 0)] : Array.Empty<BankAlarm>(),
        .. UnansweredTable.Find(db) is { } now ? [new BankAlarm(now.Since, Unanswered, 0, Said: now.Said)] : Array.Empty<BankAlarm>(),
        .. AlarmTable.All(db),
    ];
}
