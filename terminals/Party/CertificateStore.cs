namespace HierCash.Terminals;

/// <summary>
/// The issuer's newer certificates, which banks and shops fetch and keep: keys change (hole 22). The store has a table <c>certificate</c>.
/// </summary>
public static class CertificateStore
{
    /// <summary>Teaches the scheme what the store has.</summary>
    public static void Load(Database store, Scheme scheme, ICashSuite suite) => scheme.Learn(store.Read(CertificateTable.All), suite);

    /// <summary>
    /// True if something that came from the issuer is signed with a statement key that is known here. The issuer may have another one since
    /// its keys were last fetched: then they are fetched, and it is looked at once more. What it has done is never taken for a forgery for
    /// that (rule R15).
    /// </summary>
    /// <param name="isSigned">Looks at it with the keys that the scheme has by then.</param>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    public static async ValueTask<bool> Signed(Database store, Scheme scheme, ICashSuite suite, ILink issuer, Func<bool> isSigned,
        CancellationToken cancel)
    {
        if (isSigned())
        {
            return true;
        }

        await Fetch(store, scheme, suite, issuer, cancel);
        return isSigned();
    }

    /// <summary>
    /// Fetches and keeps what is new, and shows the issuer what it does not give any more: then its database is an older copy (R27).
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    public static async ValueTask Fetch(Database store, Scheme scheme, ICashSuite suite, ILink issuer, CancellationToken cancel)
    {
        var reply = await issuer.Call(new CertificatesMessage().ToMessage(), cancel);
        var given = (reply.As<CertificatesReply>()?.Certificates ?? []).Where(c => c.Holder == scheme.Issuer).ToList();
        var fresh = scheme.Learn(given, suite);
        if (fresh.Count > 0)
        {
            store.Write(db => fresh.Sum(c => CertificateTable.Add(db, c)));
        }

        var lacking = reply.Type == MessageType.CertificatesReply
            ? scheme.Certificates.Where(c => c.Holder == scheme.Issuer && !IsGiven(given, c)).ToList()
            : [];
        if (lacking.Count > 0)
        {
            // What comes back changes nothing: the issuer says at the agreement that it is behind.
            await issuer.Call(new ShowCertificatesMessage(lacking).ToMessage(), cancel);
        }
    }

    /// <summary>True if the issuer gives that key, and for no earlier day only: of a lost key it may know another certificate.</summary>
    private static bool IsGiven(List<KeyCertificate> given, KeyCertificate known)
    {
        var its = given.FindAll(g => g.Usage == known.Usage && g.Key.Equals(known.Key));
        return its.Exists(g => g.NotBefore >= known.NotBefore);
    }
}
