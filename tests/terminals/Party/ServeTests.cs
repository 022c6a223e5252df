using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>
/// 'serve' as a process: it says when it is ready, lives with what it can, says so, and ends with a sentence for what it cannot.
/// </summary>
[Parallelizable]
public sealed class ServeTests
{
    private string _folder = null!;

    [OneTimeSetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-serve-").FullName;
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-issuer", "init", "--dir", "issuer").Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [Test, Rule(28)]
    public void WhatCannotBeListenedOnEndsWithASentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = Serve($"{taken.LocalEndpoint}");
        Assert.That(port, Is.EqualTo((3,
            $"Cannot listen on {taken.LocalEndpoint}: another program listens there. Give another address and port with --listen.\n")));
        var foreign = Serve("192.0.2.1:7801");
        Assert.That(foreign, Is.EqualTo((3,
            "Cannot listen on 192.0.2.1:7801: this machine has no such address. Give another address and port with --listen.\n")));
        var log = ConsoleProcess.Run(_folder, "hiercash-issuer", "serve", "--listen", "127.0.0.1:0", "--dir", "issuer", "--log",
            "nosuch/log");
        Assert.That((log.Code, log.Error), Is.EqualTo((1, "The log 'nosuch/log' cannot be written. There is no folder for the file "
            + "'nosuch/log'. Check the path. Name another file with --log, or leave it out.\n")));
    }

    /// <summary>A port for which one needs a permission: who lacks it reads so, root without that capability, too.</summary>
    [Test, Rule(28)]
    public void APortThatNeedsAPermissionIsNamed()
    {
        string[] serve = ["hiercash-issuer", "serve", "--listen", "127.0.0.1:81", "--dir", "issuer"];
        var result = Environment.UserName == "root"
            ? ConsoleProcess.Run(_folder, "setpriv", ["--bounding-set", "-net_bind_service", .. serve])
            : ConsoleProcess.Run(_folder, serve[0], serve[1..]);
        Assert.That((result.Code, result.Error), Is.EqualTo((3, "Cannot listen on 127.0.0.1:81: this user may not listen on that port. "
            + "Give another address and port with --listen.\n")));
    }

    /// <summary>
    /// Another program locks the database while it serves: 'status' says so, since when, and what ends it; and then nothing any more. The
    /// manager of services hears of both ends.
    /// </summary>
    [Test, Rule(28)]
    public void AServerLivesWithALockedDatabaseAndSaysSo()
    {
        string name = Path.Combine(_folder, "notify");
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        notify.Bind(new UnixDomainSocketEndPoint(name));
        using var process = ConsoleProcess.Start(
            _folder, "sh", "-c", $"NOTIFY_SOCKET='{name}' exec hiercash-issuer serve --listen 127.0.0.1:0 --cycle 1 --log issuer.log "
                + $"--log-size 1 --dir issuer");
        try
        {
            string ready = process.StandardOutput.ReadLine()!;
            Assert.That(Heard(notify), Is.EqualTo($"READY=1\nSTATUS={ready}"));
            Assert.That(Status(), Does.Contain("It serves since 20").And.Contain(", without a fault."));
            using var other = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "issuer", "issuer.db"),
                    Pooling = false }.ToString());
            other.Open();
            Run(other, "BEGIN IMMEDIATE");
            Wait("  Database, since 20");
            Assert.That(Status(), Does.Contain(
                ": another program has locked its database. It ends when that program lets the database go, or is ended."));
            Run(other, "ROLLBACK");
            Wait(", without a fault.");
            var json = JsonSerializer.Deserialize<JsonElement>(
                ConsoleProcess.Run(_folder, "hiercash-issuer", "status", "--json", "--dir", "issuer").Output).GetProperty("serving");
            Assert.That((json.GetProperty("process").GetInt32(), json.GetProperty("faults").GetArrayLength()), Is.EqualTo((process.Id, 0)));
            ConsoleProcess.Signal(process, "TERM");
            Assert.That(Heard(notify), Is.EqualTo("STOPPING=1"));
            Assert.That(process.WaitForExit(30_000));
            Assert.That((process.ExitCode, process.StandardError.ReadToEnd()), Is.EqualTo((0, "")));
            Assert.That(File.ReadAllText(Path.Combine(_folder, "issuer.log")),
                Does.Contain("database is locked").And.Contain("cycle closed"));
            Assert.That(Status(), Does.Contain("Nothing serves here at the moment."));
        }
        finally
        {
            process.Kill();
        }
    }

    private (int, string) Serve(string address)
    {
        var result = ConsoleProcess.RunAlone(_folder, "hiercash-issuer", null, ["serve", "--listen", address, "--dir", "issuer"]);
        return (result.Code, result.Error);
    }

    /// <summary>On either output: where the database cannot be read or written, only the process that serves can say anything.</summary>
    private string Status()
    {
        var result = ConsoleProcess.Run(_folder, "hiercash-issuer", "status", "--dir", "issuer");
        return result.Output + result.Error;
    }

    private void Wait(string text)
    {
        long started = Stopwatch.GetTimestamp();
        for (string said = Status(); !said.Contains(text, StringComparison.Ordinal); said = Status())
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(60)), said);
        }
    }

    private static string Heard(Socket notify)
    {
        var bytes = new byte[1000];
        return Encoding.UTF8.GetString(bytes, 0, notify.Receive(bytes));
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
