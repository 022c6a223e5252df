using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Audits;

/// <summary>
/// Changes copies of books as their own party could: with its keys, and so that everything else of that party's books still fits.
/// </summary>
/// <param name="folder">Of the copies: issuer.db, bank-1.db, bank-2.db.</param>
internal sealed class Forger(SimulatedTown town, string folder)
{
    private const string Recount =
        "UPDATE ledger_account SET balance = (SELECT coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.account = ledger_account.id);";

    private static readonly string[] Parties = ["issuer", "bank-1", "bank-2"];

    public SimulatedTown Town => town;

    /// <summary>Runs statements on one party's books; those of the others are attached as issuer, bank1 and bank2.</summary>
    /// <param name="values">$0, $1 and so on.</param>
    /// <returns>Rows changed.</returns>
    public int Sql(string party, string sql, params object[] values) => With(party, sql, values, c => c.ExecuteNonQuery());

    public byte[] Blob(string party, string sql, params object[] values) => With(party, sql, values, c => (byte[])c.ExecuteScalar()!);

    public long Number(string party, string sql, params object[] values) => With(party, sql, values, c => (long)c.ExecuteScalar()!);

    /// <summary>The bank's first instruction of that kind.</summary>
    public ClearingInstruction Instruction(string bank, TransferKind kind) => With(
        bank, "SELECT transfer FROM booked_transfer ORDER BY number", [], c =>
        {
            using var reader = c.ExecuteReader();
            while (reader.Read())
            {
                if (ClearingInstruction.Decode((byte[])reader[0]) is { } transfer && transfer.Kind == kind)
                {
                    return transfer;
                }
            }

            throw new InvalidOperationException($"{bank} has no instruction of kind {kind}.");
        });

    /// <summary>The bank parks what it had booked, and both sides have its signed word for it.</summary>
    /// <returns>The number of the instruction.</returns>
    public long Park(string bank, TransferKind kind, BookingOutcome outcome)
    {
        var transfer = Instruction(bank, kind);
        long number = (long)transfer.Number;
        long tx = Number(bank, "SELECT id FROM ledger_tx WHERE kind = 'instruction' AND hex(reference) = $0",
            number.ToString("X16", System.Globalization.CultureInfo.InvariantCulture));
        Sql(
            bank,
            $"""
            DELETE FROM ledger_entry WHERE tx = $0;
            DELETE FROM ledger_tx WHERE id = $0;
            UPDATE ledger_tx SET id = -id WHERE id > $0;
            UPDATE ledger_tx SET id = -id - 1 WHERE id < 0;
            UPDATE ledger_entry SET tx = tx - 1 WHERE tx > $0;
            UPDATE booked_transfer SET state = $1 WHERE number = $2;
            INSERT INTO parked(number, since, statement, told) VALUES($2, $3, $4, 1);
            {Recount}
            """,
            tx, (long)outcome, number, transfer.Date.ToLedger(), Statement(bank, number, outcome));
        if (kind == TransferKind.ClaimDebit)
        {
            Sql(bank, "UPDATE evidence SET claimed = claimed - $0", transfer.Total.ToLedger());
        }

        Sql(
            "issuer", "INSERT INTO parked(bank, number, outcome, heard, date, statement) VALUES($0, $1, $2, $3, $3, $4)",
            (long)transfer.Bank.Value, number, (long)outcome, transfer.Date.ToLedger(), Statement(bank, number, outcome));
        return number;
    }

    /// <summary>The bank's signed word on an instruction.</summary>
    public byte[] Statement(string bank, long number, BookingOutcome outcome)
    {
        using var key = town.BankKey(bank);
        return BookingStatement.Sign(key, town.Banks.Single(b => b.Name == bank).Id, (ulong)number, outcome, Timestamp.Now(town.Clock))
            .Encode();
    }

    /// <summary>A withdrawal that the bank says it has forgotten, with its money in the float.</summary>
    public void ForgetWhatNeverWas(string bank, long amount) => Sql(
        bank,
        $"""
        INSERT INTO ledger_tx(id, date, kind, reference) SELECT max(id) + 1, 0, 'withdrawal', randomblob(32) FROM ledger_tx;
        INSERT INTO ledger_entry SELECT (SELECT max(id) FROM ledger_tx), id, CASE kind WHEN 'float' THEN $0 ELSE -$0 END FROM ledger_account
            WHERE kind = 'float' OR id = (SELECT id FROM ledger_account WHERE kind = 'user' ORDER BY balance DESC LIMIT 1);
        INSERT INTO forgotten(what, bank, kind, amount, times) VALUES('withdrawal', 0, 0, $0, 1);
        {Recount}
        """,
        amount);

    /// <summary>
    /// The bank says that it has forgotten its first instruction, and its ledger moved the money elsewhere: to a user, and not into
    /// clearing.
    /// </summary>
    public void ForgetWhereItWent(string bank) => Sql(
        bank,
        $"""
        INSERT INTO forgotten(what, bank, kind, number, amount, times) VALUES('transfer', 0, 1, 1, $0, 1);
        UPDATE ledger_entry SET account = (SELECT min(id) FROM ledger_account WHERE kind = 'user')
            WHERE account = (SELECT id FROM ledger_account WHERE kind = 'clearing') AND tx = (SELECT id FROM ledger_tx WHERE kind = 'instruction' AND hex(reference) = '0000000000000001');
        DELETE FROM booked_transfer WHERE number = 1;
        {Recount}
        """,
        ClearingInstruction.Decode(Blob(bank, "SELECT transfer FROM booked_transfer WHERE number = 1"))!.Total.ToLedger());

    private T With<T>(string party, string sql, object[] values, Func<SqliteCommand, T> run)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, party + ".db")};Pooling=false;Foreign Keys=False");
        connection.Open();
        using var command = connection.CreateCommand();
        foreach (string other in Parties.Where(p => p != party))
        {
            command.CommandText = $"ATTACH '{Path.Combine(folder, other + ".db")}' AS {other.Replace("-", "", StringComparison.Ordinal)}";
            command.ExecuteNonQuery();
        }

        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i}", values[i]);
        }

        return run(command);
    }
}
