namespace HierCash.Protocol;

/// <summary>The wallet applet's own status words, and what each status of the card says to people. Page: status-words.md.</summary>
public static class WalletStatus
{
    // Proprietary (9XXX is open to applications, ISO 7816-4, 5.6).
    public static readonly StatusWord AmountZero = new(0x9410);
    public static readonly StatusWord BalanceTooSmall = new(0x9411);
    public static readonly StatusWord OtherCurrency = new(0x9412);
    public static readonly StatusWord WrongChallenge = new(0x9413);
    public static readonly StatusWord CounterExhausted = new(0x9414);
    public static readonly StatusWord Frozen = new(0x9415);
    public static readonly StatusWord InvalidSignature = new(0x9416);
    public static readonly StatusWord AlreadyDone = new(0x9417);
    public static readonly StatusWord KeyUnknown = new(0x9418);
    public static readonly StatusWord NotActivated = new(0x9419);
    public static readonly StatusWord LogFull = new(0x941A);
    public static readonly StatusWord EntryChanged = new(0x941B);
    public static readonly StatusWord WrongCode = new(0x941C);
    public static readonly StatusWord WrongPuk = new(0x941D);
    public static readonly StatusWord Expired = new(0x941E);

    /// <summary>What the status says and what a person can do about it; one sentence or two.</summary>
    public static string Explain(this StatusWord status) => status.Value switch
    {
        0x9000 => "Done.",
        0x6700 => "The command has a wrong length. Check Lc, Le and the data field.",
        0x6881 => "The card has only the basic logical channel. Use channel 0.",
        0x6882 => "The card does not do secure messaging. Send the command in the clear.",
        0x6883 => "A chain of commands was interrupted by another one. Send it again from its beginning.",
        0x6982 => "The card wants its PIN for this. Enter the PIN and try again.",
        0x6983 => "The PIN is blocked after too many wrong tries. Unblock it with the PUK.",
        0x6985 => "The card is not in the state that this command needs. Read its status first.",
        0x6999 => "No applet is selected. Send SELECT with the wallet's AID first.",
        0x6A80 => "The command's data field is not what the command's page says. Check its data objects.",
        0x6A82 => "There is no applet with this AID on the card. Is it a HierCash card?",
        0x6A84 => "The card has no room left. 'hiercash-wallet keep' frees the slots of coins that are spent ('keep --paid' also those of "
            + "the last payment, once its till has said OK), 'hiercash-wallet resume' those of withdrawals that were refused.",
        0x6A86 => "P1 or P2 is not one that this command knows.",
        0x6A88 => "The card has no such coin, key or log entry.",
        0x6D00 => "The card does not know this instruction.",
        0x6E00 => "The card does not know this class byte.",
        0x6F00 => "The card met an internal error and undid the command. Nothing was changed.",
        0x9410 => "The amount is zero. Pay or withdraw at least one minor unit.",
        0x9411 => "The card's balance is too small for this amount. Withdraw first, or pay less.",
        0x9412 => "The card holds another currency. Use a card of this currency.",
        0x9413 => "The challenge e is not f(TIME, W). The terminal computed it wrongly; nothing was paid.",
        0x9414 => "The coin has signed 65,534 payments and can only be redeemed; or the card has numbered all the orders that it can, and "
            + "has to be replaced.",
        0x9415 => "This card image is a restored copy and its coins are frozen. Report the card as lost to get the balance back.",
        0x9416 => "A signature does not verify. The data was altered, or it comes from another scheme.",
        0x9417 => "This was done before and cannot be done again.",
        0x9418 => "The card has no certificate for this key. Load the issuer's certificates first.",
        0x9419 => "The card is not activated yet. Its holder does that with the code in the bank's letter.",
        0x941A => "The card's log is full. Read it with the wallet, which keeps a copy, and try again.",
        0x941B => "The log entry is not what the wallet has read. Read it again, and keep that.",
        0x941C => "This is not the activation code of this card. Check the bank's letter.",
        0x941D => "This is not the PUK that the card showed. Begin the activation again.",
        0x941E => "The card's cash has expired by the clock of this terminal. If that clock is right, the holder's wallet redeems it.",
        _ when status.TriesLeft is int tries => tries == 1 ? "Wrong PIN; 1 try is left." : $"Wrong PIN; {tries} tries are left.",
        _ when status.SW1 == 0x61 => "More of the answer is there. Fetch it with GET RESPONSE.",
        _ => $"The card answered {status}, which the specification does not list.",
    };
}
