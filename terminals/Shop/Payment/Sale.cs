namespace HierCash.Shop;

/// <summary>What became of one payment at the till.</summary>
public enum SaleState
{
    Open,

    /// <summary>The customer was told OK.</summary>
    Accepted,

    /// <summary>Nothing of it will ever be sent.</summary>
    GivenUp,

    /// <summary>Taken back, or being taken back: then the issuer has to sign that first.</summary>
    Refunded,

    /// <summary>
    /// Never accepted, and the issuer takes it back no more: what it had paid stays with the shop, which pays it back in cash. There is no
    /// S_W of it.
    /// </summary>
    Kept,
}

/// <summary>A payment that the till asked for: TIME names it.</summary>
public sealed record Sale(Timestamp Time, Amount Amount, SaleState State);
