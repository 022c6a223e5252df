namespace HierCash.Terminals.Consoles;

/// <summary>What people carry from one party to another, as a verb takes it.</summary>
public static class CarriedFile
{
    /// <summary>The request of a bank or a shop.</summary>
    /// <exception cref="RefusedException">It is missing, or no request.</exception>
    public static EnrolmentRequest Request(string file) => EnrolmentRequest.Decode(Armor.Read(Armor.Request, file))
        ?? throw new RefusedException(Outcome.Damaged, $"The request in '{file}' is damaged, or asks under a name that cannot be shown. "
            + $"Copy it again, whole; or have it made again.");

    /// <summary>The report with which a lost card is cancelled: whoever reads it can do that.</summary>
    /// <exception cref="RefusedException">It is missing, no such report, or open to others.</exception>
    public static LostCardReport LostReport(string file)
    {
        if (FileFault.Missing(file) is { } missing)
        {
            throw new RefusedException(Outcome.NotFound, missing);
        }

        var report = LostCardReport.Decode(GivenFile.ReadBytes(file)) ?? throw new RefusedException(Outcome.Damaged,
            $"'{file}' is no report of a lost card. Name the file that 'hiercash-wallet lost-report' wrote while the card was there.");
        return PrivateFile.Fault(file) is { } fault ? throw new RefusedException(Outcome.NotPrivate, fault) : report;
    }
}
