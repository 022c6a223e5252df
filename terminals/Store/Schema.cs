using System.Data;
using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;
using DbUp;
using DbUp.Engine;
using DbUp.Sqlite.Helpers;
using Microsoft.Data.Sqlite;

namespace HierCash.Terminals.Store;

/// <summary>
/// A party's tables, as numbered SQL scripts. The first one makes them, each later one carries over what an older database holds. The
/// number of the last script that ran is in the database (PRAGMA user_version). Scripts that were released are never changed: a database
/// has the tables of its number, to the letter (rule R23).
/// </summary>
public sealed class Schema
{
    /// <summary>Of this version's databases. A party whose tables a number did not change has no script of that number.</summary>
    public const int Version = 14;

    /// <summary>Databases with an older number are from before the first release.</summary>
    public const int Oldest = 11;

    private const string Folder = "schema/";
    private readonly SqlScript[] _scripts;

    /// <summary>Empty databases, by number, from which others are copied: that takes a tenth of the time that the scripts take.</summary>
    private readonly Dictionary<int, SqliteConnection> _templates = [];

    private Schema(IEnumerable<(int Number, string Sql)> scripts) =>
        _scripts = [.. scripts.OrderBy(s => s.Number)
            .Select(s => new SqlScript(s.Number.ToString("0000", CultureInfo.InvariantCulture), s.Sql))];

    /// <summary>Scripts that a program brings along: embedded resources <c>schema/NUMBER.sql</c>.</summary>
    public static Schema Of(Assembly assembly) =>
        new(assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Select(n =>
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
        return (int.Parse(n.AsSpan(Folder.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture), reader.ReadToEnd());
    }));

    /// <summary>One script that makes all tables; for tests and for files that nobody upgrades.</summary>
    public static Schema Of(string sql) => Of((Oldest, sql));

    /// <summary>Numbered scripts.</summary>
    public static Schema Of(params ReadOnlySpan<(int Number, string Sql)> scripts) => new(scripts.ToArray());

    /// <summary>What makes the tables of that number in an empty database.</summary>
    public IEnumerable<string> UpTo(int version) => _scripts.Where(s => Number(s.Name) <= version).Select(s => s.Contents);

    /// <summary>Gives an empty database in memory the tables of that number.</summary>
    internal void Fill(SqliteConnection empty, int version)
    {
        lock (_templates)
        {
            if (!_templates.TryGetValue(version, out var template))
            {
                template = new SqliteConnection("Data Source=:memory:;Pooling=False");
                template.Open();
                using var command = template.CreateCommand();
                command.CommandText = $"BEGIN; {string.Concat(UpTo(version))}; PRAGMA user_version = {version}; COMMIT";
                command.ExecuteNonQuery();
                _templates.Add(version, template);
            }

            template.BackupDatabase(empty);
        }
    }

    /// <summary>Runs the scripts that are newer than the database, and writes their number, all in one transaction.</summary>
    internal void Upgrade(SqliteConnection connection)
    {
        using var shared = new SharedConnection(connection);
        var result = DeployChanges.To.SqliteDatabase(shared).WithScripts(_scripts).WithVariablesDisabled().WithTransaction()
            .JournalTo((_, _) => new UserVersionJournal(connection)).LogToNowhere().Build().PerformUpgrade();
        if (!result.Successful)
        {
            ExceptionDispatchInfo.Throw(result.Error);
        }
    }

    private static int Number(string name) => int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>SQLite keeps a number for its user in the file itself, in the same transaction as the tables.</summary>
    private sealed class UserVersionJournal(SqliteConnection connection) : IJournal
    {
        public string[] GetExecutedScripts()
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version";
            long version = (long)command.ExecuteScalar()!;
            return [.. Enumerable.Range(0, (int)version + 1).Select(n => n.ToString("0000", CultureInfo.InvariantCulture))];
        }

        public void StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
        {
            using var command = dbCommandFactory();
            command.CommandText = $"PRAGMA user_version = {Number(script.Name)}";
            command.ExecuteNonQuery();
        }

        public void EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory)
        {
        }
    }
}
