using System.Data.Common;
using System.Runtime.ExceptionServices;

namespace HierCash.Bank;

/// <summary>The steps of a bank's visit at the issuer, each tried by itself; the first failure is the one that is reported (R8).</summary>
internal sealed class Visit(Action<string, string> failed)
{
    /// <returns>What the first step that failed was refused.</returns>
    public async ValueTask<Refused?> Run(
        CancellationToken cancel, params (string Name, Func<CancellationToken, ValueTask<Refused?>> Do)[] steps)
    {
        (Refused? Said, Exception? Fault)? first = null;
        foreach (var (name, step) in steps)
        {
            (Refused? Said, Exception? Fault) ended;
            try
            {
                ended = (await step(cancel), null);
            }
            catch (Exception e) when (IsOfOneStep(e))
            {
                ended = (null, e);
            }

            if (ended is not (null, null))
            {
                failed(name, ended.Said?.Sentence ?? ended.Fault!.Message);
                first ??= ended;
                bool goesOn = true;
                Switches.Off("R8 visit", ref goesOn);
                if (!goesOn)
                {
                    break;
                }
            }
        }

        if (first?.Fault is LinkException or InvalidOperationException)
        {
            ExceptionDispatchInfo.Throw(first.Value.Fault);
        }

        return first is { Fault: { } fault }
            ? new Refused(fault is IOException or DbException ? Outcome.StorageFailed : Outcome.Fault,
                $"A step of the visit failed. {fault.Message}")
            : first?.Said;
    }

    /// <summary>
    /// A peer that is away or lies, or a store that fails. A cancelled visit, and whatever nobody foresaw, ends all of it.
    /// </summary>
    private static bool IsOfOneStep(Exception e) =>
        e is LinkException or InvalidOperationException or ArithmeticException or ArgumentException or IOException or DbException;
}
