namespace HierCash.Issuer;

/// <summary>How many of a kind wait, what they come to, and since when the first does. Null stands for none of them.</summary>
internal sealed record WaitingSum(long Count, Amount Sum, Timestamp? Since)
{
    /// <summary>From a row of these three columns.</summary>
    public static WaitingSum Read(DbDataReader r) => new(r.GetInt64(0), r.Money(1), r.DateOrNull(2));
}
