using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Commands;

namespace HierCash.Card.Client;

/// <summary>What a card says of a PIN or a PUK, for people: which one it was, and what helps (rules R11 and R12).</summary>
public static class PinWords
{
    public static string Explain(StatusWord status, PinRole role) => role == PinRole.Payment
        ? Say(status, "payment PIN", "The holder PIN, given at the holder's own terminal, unblocks it.")
        : Say(status, "holder PIN", "The PUK unblocks it: 'hiercash-wallet pin unblock'.");

    public static string ExplainPuk(StatusWord status) =>
        Say(status, "PUK", "Take the card to its bank, which sets it back to a new activation code; the coins stay.");

    private static string Say(StatusWord status, string what, string help) => status switch
    {
        _ when status == StatusWord.AuthenticationMethodBlocked => $"The {what} is blocked after too many wrong tries. {help}",
        { TriesLeft: { } tries } => $"Wrong {what}; {(tries == 1 ? "1 try is left" : $"{tries} tries are left")}.",
        _ => status.Explain(),
    };
}
