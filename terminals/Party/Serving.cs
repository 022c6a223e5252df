using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals;

/// <summary>
/// A party that serves, from its log to its end. It says when it is ready; what fails on the way, a disk, a lock, its own log, it lives
/// with, and goes on when that is over (rule R28).
/// </summary>
public sealed class Serving : IAsyncDisposable
{
    private const int MegaByte = 1024 * 1024;
    private readonly string _folder;
    private readonly string _role;
    private readonly TimeProvider _clock;
    private readonly Timestamp _since;
    private readonly RotatedFile? _file;

    /// <param name="logFile">Null: standard error.</param>
    /// <param name="logSize">Megabytes of the file, before a new one begins.</param>
    /// <exception cref="RefusedException">The log file cannot be opened.</exception>
    public Serving(string folder, string role, string? logFile, int logSize, TimeProvider clock)
    {
        (_folder, _role, _clock, _since) = (folder, role, clock, Timestamp.Now(clock));
        Faults = new Faults(clock);
        if (logFile is not null)
        {
            try
            {
                _file = new RotatedFile(logFile, (long)logSize * MegaByte);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RefusedException(Outcome.StorageFailed, $"The log '{logFile}' cannot be written. "
                    + $"{HierCash.FileFault.Say(e).TrimEnd('.')}. Name another file with --log, or leave it out.");
            }
        }

        Log = new LineLog((TextWriter?)_file ?? Console.Error, clock, Faults);
    }

    public LineLog Log { get; }

    /// <summary>What this process cannot do at present.</summary>
    public Faults Faults { get; }

    public static Option<string?> LogFile() => new("--log")
    {
        Description = "File for the log, which you alone can read. Default: standard error.", HelpName = "FILE",
    };

    public static Option<int> LogSize() => new("--log-size")
    {
        Description = "Megabytes of the log file; then it becomes FILE.1, and a new one begins.", HelpName = "MB",
            DefaultValueFactory = _ => 10,
        CustomParser = result =>
        {
            int size = CommonOptions.ReadNumber(result, "number of megabytes", "10");
            if (size is < 1 or > 2000 && !result.Errors.Any())
            {
                result.AddError($"A log file of {size} MB cannot be made. Give 1 to 2000.");
            }

            return size;
        },
    };

    /// <summary>Listens, says that it is ready, works every so often, and ends when it is told to.</summary>
    /// <param name="started">Runs between the two; what it returns is disposed of before the listener.</param>
    /// <exception cref="LinkException">The address cannot be listened on.</exception>
    public async Task Run(
        IPEndPoint endpoint, Func<X509Certificate2> own, Digest scheme, ILinkHandler party, ICashSuite suite, Database store,
        TimeSpan period, Func<IAsyncDisposable?> started, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        store.Faults = Faults;
        var log = Log.CreateLogger(_role);
        string? health = HealthSocket(log);
        await using var server = await LinkServer.Start(
            endpoint, own, scheme, party, suite, _clock, new LinkLimits(), Log, cancel, health is null ? null
                : (health, () => new Health(Environment.ProcessId, _since, Faults.All).ToJson()));
        await using var service = started();
        ServeLoop.SayStopping(cancel);
        ServeLoop.SayReady(server.Address);
        await ServeLoop.Every(period, work, log, _clock, cancel, store, Faults);
    }

    /// <summary>The folder's lock is held: what lies there of an earlier process is nobody's.</summary>
    private string? HealthSocket(ILogger log)
    {
        if (HealthPoint.Of(_folder, _role) is not { } path)
        {
            return null;
        }

        try
        {
            HierCash.PrivateFile.MakeFolder(Path.GetDirectoryName(path)!);
            File.Delete(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServeLoop.LogFault(log, $"'status' will not hear of faults of this process: {HierCash.FileFault.Say(e)}");
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Log.Dispose();
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }
}
