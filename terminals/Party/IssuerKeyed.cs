namespace HierCash.Terminals;

/// <summary>How people are told that the issuer made a coin's key (EP 0810563, claim 2; hole 14): it could sign as the holder.</summary>
public static class IssuerKeyed
{
    /// <summary>For whoever holds such a coin.</summary>
    public const string ForHolder = "Issuer-keyed: not provable to third parties.";

    /// <summary>For whoever is about to take one.</summary>
    public const string ForShop = "Issuer-keyed: no guarantee, no evidence.";

    /// <summary>For whoever is about to ask for one.</summary>
    public const string ForBuyer =
        "You ask for issuer-keyed cash: the issuer makes the key and could sign as you do. It is never guaranteed, shops may refuse it, "
            + "and it proves nothing to third parties.";

    /// <summary>True if it has to be said of this coin.</summary>
    public static bool IsSaidOf(Coin coin) => coin.Terms.IssuerKeyed;
}
