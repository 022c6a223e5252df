namespace HierCash.Wallet;

/// <summary>The tables of a holder's records.</summary>
internal static class WalletSchema
{
    public const string Sql = """
        -- One row a payment; or one for each proof that took it back, as the card was read.
        CREATE TABLE payment(payment_id BLOB NOT NULL, time INTEGER NOT NULL, h BLOB NOT NULL, entry BLOB NOT NULL, PRIMARY KEY(payment_id, entry)) STRICT;
        CREATE TABLE uploaded(payment_id BLOB PRIMARY KEY) STRICT;
        CREATE TABLE certificate(certificate BLOB PRIMARY KEY) STRICT;
        -- Withdrawals that this wallet began, and the order of each as the card signed it last: a bank that was restored from a copy may need it (R27).
        CREATE TABLE begun(request BLOB PRIMARY KEY, ordered BLOB, number INTEGER NOT NULL DEFAULT 0, date INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE bank(scheme BLOB NOT NULL, number INTEGER NOT NULL, key BLOB NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(scheme, number)) STRICT;
        """;
}
