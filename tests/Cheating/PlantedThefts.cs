namespace HierCash.Tests.Cheating;

/// <summary>Protections that are taken out by a switch, so that somebody can steal: random histories must find each.</summary>
internal static class PlantedThefts
{
    /// <summary>First the rules, then twelve thefts and more.</summary>
    public static IReadOnlyList<object[]> All { get; } =
    [
        ["R1 splits", "all of a payment that does not fit is excess"],
        ["R3", "a submission is not asked for its till's signature"],
        ["R4", "a void moves no money"],
        ["R2 queue", "what comes free goes to nobody who waits"],
        ["R5", "dead statements after the purge"],
        ["R6 counts", "a lost card's payments count by TIME alone"],
        ["R8", "the first instruction that cannot be booked stops the rest"],
        ["R9", "a dossier holds every payment, in one message"],
        ["R11", "the payment PIN opens what is the holder's"],
        ["R12 puk", "every card has the same PUK"],
        ["R13", "a card forgets a void that its wallet has not seen"],
        ["R17 registry", "whoever has a certificate is answered, revoked or not"],
        ["R18 account", "a shop's account is found by its name"],
        ["hole 3 back", "a reversal takes nothing from the shop"],
        ["hole 4 settled", "settled, then called dead"],
        ["hole 4 term", "dead while the shop may still settle"],
        ["hole 5 repeat", "a repeated payment is judged again"],
        ["claim 6 9b", "Y stays where it is: one coin pays without end"],
        ["claim 6 9c", "more than X is credited"],
        ["claim 6 9e", "above X no case is opened"],
        ["R4 signatures", "a void that anybody signed"],
        ["step 2", "an order that its account's card did not sign"],
        ["step 7 S_U", "a till takes what nobody signed"],
        ["step 7 S_I", "a till takes a coin that nobody issued"],
    ];

    /// <summary>What tells a party something that it may not know: question 5 must find each.</summary>
    public static IReadOnlyList<object[]> Leaks { get; } =
    [
        ["hole 23 cipher", "what a wallet tells the issuer passes its bank in plain"],
    ];
}
