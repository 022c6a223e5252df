using Microsoft.Data.Sqlite;

namespace HierCash.Terminals.Store;

/// <summary>Why a party cannot use its own files, in words, and what ends that (rule R28).</summary>
/// <param name="Reason">For whoever asked: no path of this machine. Goes on after a colon.</param>
/// <param name="EndsWhen">Goes on after "It ends when ".</param>
/// <param name="Detail">For the party itself: more than the reason, or null.</param>
public sealed record StoreFault(string Reason, string EndsWhen, string? Detail = null)
{
    /// <summary>SQLITE_FULL.</summary>
    internal const int Full = 13;

    /// <summary>SQLITE_IOERR.</summary>
    internal const int IoError = 10;

    /// <summary>SQLITE_CANTOPEN.</summary>
    internal const int CannotOpen = 14;

    /// <summary>SQLITE_READONLY.</summary>
    internal const int ReadOnly = 8;

    private const int Busy = 5;
    private const int Locked = 6;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <returns>Null where the fault is none of the files: then it is the program's.</returns>
    public static StoreFault? Of(Exception fault) => fault switch
    {
        SqliteException e => Of(e.SqliteErrorCode),
        DatabaseException e => new StoreFault(
            "its database cannot be used", "its operator has mended that, and has started the program again", e.Message.TrimEnd('.')),
        IOException or UnauthorizedAccessException =>
            new StoreFault("its files cannot be used", "they can be read and written again", FileFault.Say(fault).TrimEnd('.')),
        _ => null,
    };

    /// <summary>True where somebody else holds the database, and waiting for it has taken its time already.</summary>
    internal static bool IsLocked(SqliteException fault) => fault.SqliteErrorCode is Busy or Locked;

    private static StoreFault? Of(int code) => code switch
    {
        Full => new StoreFault("its disk is full", "there is room on the disk again"),
        ReadOnly => new StoreFault("its database may only be read, and not be written", "its file system may be written again"),
        IoError => new StoreFault("its disk fails (disk I/O error)", "the disk works again"),
        Busy or Locked => new StoreFault("another program has locked its database", "that program lets the database go, or is ended"),
        CannotOpen => new StoreFault("its database file cannot be opened", "its folder can be read and written again"),
        Corrupt or NotADatabase => new StoreFault(
            "its database is damaged", "its newest good copy is put back, and the program started again"),
        _ => null,
    };
}
