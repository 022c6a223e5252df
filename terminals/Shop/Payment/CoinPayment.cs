using HierCash.Protocol.Cash;

namespace HierCash.Shop;

/// <summary>What became of one coin's part of a sale.</summary>
public enum CoinPaymentState
{
    /// <summary>S_U is here, the payment is not complete.</summary>
    Held,

    /// <summary>Accepted; to be settled.</summary>
    Queued,

    /// <summary>The issuer credited it.</summary>
    Settled,

    /// <summary>Above the coin's face value; the issuer promised the money for a later date.</summary>
    Guaranteed,

    /// <summary>Above the coin's face value and not guaranteed: the rest of it comes only if something of the coin comes free.</summary>
    Waiting,

    /// <summary>The issuer refused it, with a signed reason.</summary>
    Refused,

    /// <summary>Given up; S_W exists, H will never be sent.</summary>
    Voided,

    /// <summary>Taken back with the issuer's word; S_W exists.</summary>
    Reversed,

    /// <summary>The issuer had pronounced it dead before it came: it never counts.</summary>
    Dead,
}

/// <summary>Whether a card has the S_W of a payment that this till gave up.</summary>
public enum Delivery
{
    /// <summary>No card has it.</summary>
    None,

    /// <summary>A card showed S_U of that very payment, and then took S_W.</summary>
    Taken,

    /// <summary>A card said that it has its money back, and showed no S_U: anybody says that, so S_W stays on offer.</summary>
    Said,
}

/// <summary>What a till knows of an S_W beside the payment.</summary>
/// <param name="Until">The last moment at which it is on offer: then all terms of its coin are over.</param>
/// <param name="IsUnknown">The coin is signed with no key that this till knows.</param>
public sealed record Offer(Delivery Delivery, Timestamp Until, bool IsUnknown);

/// <summary>A shop's record of one coin's part of a sale: H, and what is known of it.</summary>
/// <param name="Encoded">H as it was encoded when it came from the card: so it goes to the issuer.</param>
/// <param name="WasSent">The issuer may have it: no S_W without its word (hole 2).</param>
/// <param name="Receipt">The issuer's newest; null if it has not answered.</param>
/// <param name="SW">S_W, 64 bytes, if it was given up or taken back.</param>
/// <param name="Offer">What is known of S_W, and how long it is offered to cards.</param>
public sealed record CoinPayment(
    CashPayment H, byte[] Encoded, CoinPaymentState State, bool WasSent, Receipt? Receipt, byte[]? SW, Offer Offer);
