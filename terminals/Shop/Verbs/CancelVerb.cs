using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop cancel: ends a payment that was never accepted, and whose money a card is short of.</summary>
internal static class CancelVerb
{
    public static Verb Make() => RefundVerb.Make(
        new Verb("cancel",
            "Gives up a payment that was cut short or waits for the issuer, and gives the card its money back. If the issuer may have the "
                + "payment, it has to answer first.",
            "hiercash-shop cancel 2026-11-23T10:16:00.000000Z --reader emulator:alice.card --dir cafe"),
        (open, sale, card, cancel) => open.Till.Cancel(sale, card, open.Issuer, cancel),
        "The payment is given up, and the issuer may have it: the card gets its money back after its answer. 'hiercash-shop settle' asks "
            + "for that, then run this again with the card.");
}
