using System.Diagnostics;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>Finding readers and waiting for cards, by SCardGetStatusChange.</summary>
internal static class PcscReaders
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Names of the readers that a part of a name means; null means all.</summary>
    public static List<string> Matching(SCardContext context, string? part) =>
        context.GetReaders().Where(r => part is null || r.Contains(part, StringComparison.OrdinalIgnoreCase)).ToList();

    /// <summary>The state of each reader now.</summary>
    public static List<SCardReaderState> States(SCardContext context, IEnumerable<string> readers)
    {
        var states = readers.Select(r => new SCardReaderState(r)).ToList();
        if (states.Count > 0)
        {
            context.GetStatusChange(TimeSpan.Zero, states);
        }

        return states;
    }

    /// <summary>Waits until a reader is no longer in the state that was seen, one comes or goes, or a second has passed.</summary>
    /// <exception cref="SCardException">Cancelled, or the service is gone.</exception>
    public static void WaitForChange(SCardContext context, IEnumerable<SCardReaderState> seen)
    {
        var states = seen.ToList();
        states.Add(new SCardReaderState(SCardReaderState.PlugAndPlay));
        foreach (var state in states)
        {
            state.CurrentState = state.EventState & ~SCRState.Changed;
        }

        try
        {
            context.GetStatusChange(Look, states);
        }
        catch (SCardException e) when (e.Error is SCardError.UnknownReader or SCardError.ReaderUnavailable or SCardError.NoReadersAvailable)
        {
            // A reader went away: that is a change too.
        }
    }

    /// <summary>The first matching reader with a card.</summary>
    /// <exception cref="SCardException">None in time, or no PC/SC.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static string WaitForCard(SCardContext context, string? part, TimeSpan wait, Action<string> say, CancellationToken cancel)
    {
        using var stop = cancel.Register(context.Cancel);
        long started = Stopwatch.GetTimestamp();
        bool said = false;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var names = Matching(context, part);
            var states = States(context, names);
            if (states.Find(s => s.HasCard) is { } found)
            {
                return found.ReaderName;
            }

            if (Stopwatch.GetElapsedTime(started) >= wait)
            {
                throw new SCardException(Missing(context, part, names, states));
            }

            if (!said)
            {
                said = true;
                string there = string.Join(" or ", names.Select(n => $"'{n}'"));
                say(names.Count > 0 ? $"Put the card into {there}." : Missing(context, part, names, states));
            }

            try
            {
                WaitForChange(context, states);
            }
            catch (SCardException e) when (e.Error == SCardError.Cancelled)
            {
                cancel.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Why there is no card, and what to do.</summary>
    public static string Missing(SCardContext context, string? part, List<string> names, List<SCardReaderState> states)
    {
        if (names.Count > 0)
        {
            return states.Exists(s => (s.EventState & SCRState.Mute) != 0)
                ? SCardException.Explain(SCardError.UnresponsiveCard)
                : $"There is no card in {string.Join(" or ", names.Select(n => $"'{n}'"))}. Put one in.";
        }

        var all = context.GetReaders();
        return all.Count == 0
            ? SCardException.Explain(SCardError.NoReadersAvailable)
            : $"No card reader's name contains '{part}'. There are: {string.Join("; ", all)}.";
    }
}
