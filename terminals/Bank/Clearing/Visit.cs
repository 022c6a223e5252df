using System.Runtime.ExceptionServices;

namespace HierCash.Bank;

/// <summary>The steps of a bank's visit at the issuer, each tried by itself; the first failure is the one that is reported (R8).</summary>
/// <param name="failed">Told which step failed, and why; of a fault of the program all, which goes no further than the log.</param>
internal sealed class Visit(Action<string, string, Exception?> failed)
{
    public async ValueTask<Refused?> Run(
        CancellationToken cancel, params (string Name, Func<CancellationToken, ValueTask<Refused?>> Do)[] steps)
    {
        (Refused? Said, Exception? Fault) first = default;
        foreach (var (name, step) in steps)
        {
            (Refused? Said, Exception? Fault) ended;
            Exception? unknown = null;
            try
            {
                ended = (await step(cancel), null);
            }
            catch (Exception e) when (IsForeseen(e))
            {
                ended = (null, e);
            }
            catch (Exception e) when (e is InvalidOperationException or ArithmeticException or ArgumentException)
            {
                unknown = e;
                ended = (new Refused(Outcome.Fault, $"A step of the visit failed. The program has a fault that it does not know "
                    + $"({e.GetType().Name}); the log has more."), null);
            }

            if (ended is not (null, null))
            {
                failed(name, ended.Said?.Sentence ?? ended.Fault!.Message, unknown);
                first = first is (null, null) ? ended : first;
            }
        }

        if (first.Fault is LinkException or UnusableFileException)
        {
            ExceptionDispatchInfo.Throw(first.Fault);
        }

        return first.Fault is { } fault ? new Refused(Outcome.StorageFailed, $"A step of the visit failed. {fault.Message}") : first.Said;
    }

    /// <summary>
    /// A peer that is away or lies, or a store that fails. A cancelled visit, and whatever nobody foresaw, ends all of it.
    /// </summary>
    private static bool IsForeseen(Exception e) => e is LinkException or UnusableFileException or IOException or DbException;
}
