using System.Data.Common;
using System.Runtime.ExceptionServices;
using HierCash.Protocol.Link;

namespace HierCash.Bank;

/// <summary>The steps of a bank's visit at the issuer, each tried by itself; the first error is the one that is reported (R8).</summary>
internal sealed class Visit(Action<string, string> failed)
{
    public async ValueTask Run(CancellationToken cancel, params (string Name, Func<CancellationToken, ValueTask> Do)[] steps)
    {
        Exception? first = null;
        foreach (var (name, step) in steps)
        {
            try
            {
                await step(cancel);
            }
            catch (Exception e) when (IsOfOneStep(e))
            {
                failed(name, e.Message);
                first ??= e;
                bool goesOn = true;
                Switches.Off("R8 visit", ref goesOn);
                if (!goesOn)
                {
                    throw;
                }
            }
        }

        if (first is LinkException or InvalidOperationException)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        if (first is not null)
        {
            throw new InvalidOperationException($"A step of the visit failed. {first.Message}", first);
        }
    }

    /// <summary>
    /// A peer that is away or lies, or a store that fails. A cancelled visit, and whatever nobody foresaw, ends all of it.
    /// </summary>
    private static bool IsOfOneStep(Exception e) =>
        e is LinkException or InvalidOperationException or ArithmeticException or ArgumentException or IOException or DbException;
}
