namespace HierCash.Shop;

/// <summary>The tables of a till.</summary>
internal static class ShopSchema
{
    public const string Sql = """
        CREATE TABLE till(only INTEGER PRIMARY KEY CHECK (only = 1), secret BLOB NOT NULL, last_time INTEGER NOT NULL,
            submitted INTEGER NOT NULL DEFAULT 0 /* the latest date under which it has signed a batch (R27) */,
            word BLOB /* the issuer's newest receipt of a payment that counts, for one that was restored from a copy (R27) */) STRICT;
        CREATE TABLE behind(only INTEGER PRIMARY KEY CHECK (only = 1), since INTEGER NOT NULL, date INTEGER NOT NULL) STRICT;
        CREATE TABLE ticket(time INTEGER PRIMARY KEY, y INTEGER NOT NULL, state TEXT NOT NULL, accepted INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE part(
            payment_id BLOB PRIMARY KEY, time INTEGER NOT NULL REFERENCES ticket, coin_id BLOB NOT NULL, seq INTEGER NOT NULL,
            y INTEGER NOT NULL, h BLOB NOT NULL, state TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0, receipt BLOB, sw BLOB,
            delivered INTEGER NOT NULL DEFAULT 0, forwarded INTEGER NOT NULL DEFAULT 0, reversal BLOB,
            until INTEGER NOT NULL, unknown_key INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL,
            again INTEGER NOT NULL DEFAULT 0 /* an issuer that was restored from a copy has forgotten it (R27) */) STRICT;
        CREATE TABLE receipt(
            payment_id BLOB NOT NULL REFERENCES part, revision INTEGER NOT NULL, receipt BLOB NOT NULL, PRIMARY KEY(payment_id, revision)) STRICT;
        CREATE INDEX part_state ON part(state);
        CREATE INDEX part_coin ON part(coin_id, seq);
        CREATE INDEX part_time ON part(time);
        CREATE INDEX part_again ON part(again) WHERE again = 1;
        CREATE INDEX part_offered ON part(asked) WHERE sw IS NOT NULL AND delivered <> 1;
        CREATE INDEX ticket_state ON ticket(state);
        CREATE TABLE certificate(key_id INTEGER PRIMARY KEY, certificate BLOB NOT NULL) STRICT;
        CREATE TABLE hot_list(version INTEGER PRIMARY KEY, list BLOB NOT NULL) STRICT;
        CREATE TABLE policy(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
        CREATE TABLE revocation(only INTEGER PRIMARY KEY CHECK (only = 1), date INTEGER NOT NULL) STRICT;
        CREATE TABLE hot_state(only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL, date INTEGER NOT NULL) STRICT;
        """;
}
