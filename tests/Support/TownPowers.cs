namespace HierCash.Tests;

/// <summary>What nobody of a town can do: steal the keys of its parties, and look into their stores behind their backs.</summary>
internal static class TownPowers
{
    extension(SimulatedTown town)
    {
        /// <summary>The issuer's statement key, for whoever speaks in its name.</summary>
        public ISigningKey StatementKey => town.IssuerKey("statement");

        /// <summary>The issuer's coin key, for whoever gets to use it.</summary>
        public ISigningKey CoinKey => town.CoinKeyAfter(0);

        /// <summary>The root key, for what it certifies for another use or party.</summary>
        public ISigningKey RootKey => town.IssuerKey("root");

        /// <summary>SE_I, for an issuer that answers wallets as it likes.</summary>
        public ISigningKey DecryptionKey => town.IssuerKey("encryption");

        /// <summary>The coin key that was made by so many rotations.</summary>
        public ISigningKey CoinKeyAfter(int rotations) => town.IssuerKey(rotations == 0 ? "coin" : $"coin-{rotations + 1}");

        /// <summary>A bank's present secret key.</summary>
        public ISigningKey BankKey(string name) => town.StoreOf(name)
            .Read(db => db.Query("SELECT secret FROM secret_key WHERE name LIKE 'bank%'", r => r.Bytes(0)))
            .Select(s => town.Options.Suite.ImportKey(s)).First(k => k.PublicKey.Equals(town.Identity(name).Certificate.Key));

        /// <summary>
        /// A till's key. What a test signs with it is no sign from then on that the till was restored from an older copy (rule R27).
        /// </summary>
        public ISigningKey TillKey(string till) => town.Options.Suite.ImportKey(town.StoreOf(till).Write(db =>
        {
            db.Execute("UPDATE till SET submitted = $1", long.MaxValue);
            return db.First("SELECT secret FROM till", r => r.Bytes(0))!;
        }));

        /// <summary>The till was told a hot list of that date, which holds nothing new; from whom nobody knows.</summary>
        public void TellHotList(string till, long version, Timestamp date) => Assert.That(town.StoreOf(till).Write(db =>
            db.Execute("UPDATE hot_state SET version = $1, date = $2", version, date.ToLedger())), Is.EqualTo(1), "it has a list");

        /// <summary>How many rows each table of a party has.</summary>
        public IReadOnlyDictionary<string, long> Rows(string party) => town.StoreOf(party).Read(db => db
            .Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", r => r.GetString(0))
            .ToDictionary(table => table, table => db.Number($"SELECT count(*) FROM {table}")));

        /// <summary>As a file system does that was mounted anew after a fault: the party reads, and each of its writes fails.</summary>
        public void MakeReadOnly(string name, bool isReadOnly) =>
            town.StoreOf(name).Read(db => db.Number($"PRAGMA query_only = {(isReadOnly ? 1 : 0)}"));

        private ISigningKey IssuerKey(string name) => town.Options.Suite.ImportKey(town.StoreOf(SimulatedTown.IssuerName)
            .Read(db => db.First("SELECT secret FROM secret_key WHERE name = $1", r => r.Bytes(0), name)!));
    }
}
