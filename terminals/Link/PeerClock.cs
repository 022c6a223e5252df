using System.Globalization;

namespace HierCash.Terminals.Link;

/// <summary>
/// What a peer said of its time, compared with one's own clock (rule R26), and never adopted or written. Between two answers time is
/// counted by a clock that nobody sets, so one's own clock that is set while this process runs is noticed, too.
/// </summary>
/// <param name="self">Whose clock that is, such as "this till".</param>
/// <param name="peer">Who is asked, such as "the issuer".</param>
/// <param name="server">The command that compares by itself, time and again; null: a person runs a command again.</param>
public sealed class PeerClock(TimeProvider own, TimeSpan tolerance, string self, string peer, string? server = null)
{
    /// <summary>What was heard is good for so long before something is signed: then the peer is asked again.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Without a further answer it says nothing any more: a machine that slept counted nothing meanwhile.</summary>
    private static readonly TimeSpan Good = TimeSpan.FromHours(1);

    private sealed record Heard(Timestamp Said, long At);

    private Heard? _heard;

    /// <summary>A person knows that the clocks differ, and wants to go on: <c>--despite-clock</c>.</summary>
    public bool IsOverridden { get; set; }

    /// <summary>Why nothing is to be signed now for that peer. Null where the clocks agree, or nothing was heard lately.</summary>
    public string? Fault => IsOverridden || Volatile.Read(ref _heard) is not { } heard || own.GetElapsedTime(heard.At) > Good ? null
        : Differs(heard, Timestamp.Now(own));

    /// <summary>The time now, if the peer's agrees: for what cannot be made good. Null where they differ, or nothing was heard.</summary>
    public Timestamp? Agreed
    {
        get
        {
            var now = Timestamp.Now(own);
            bool agrees = IsOverridden || (Volatile.Read(ref _heard) is { } heard && own.GetElapsedTime(heard.At) <= Good
                && Differs(heard, now) is null);
            return agrees ? now : null;
        }
    }

    /// <summary>A way to the peer on which each answer is heard.</summary>
    public ILink Over(ILink link) => new Listening(link, this);

    /// <summary>Hears an answer. One without a time says nothing.</summary>
    public void Hear(LinkMessage reply)
    {
        if (reply.Said is { } said)
        {
            Volatile.Write(ref _heard, new Heard(said, own.GetTimestamp()));
        }
    }

    /// <summary>The same before something is signed: the peer is asked again after a minute, or if there was a fault.</summary>
    /// <param name="anew">In any case: for who tells the peer by what follows that the clocks agree.</param>
    public async ValueTask<string?> Ask(ILink link, CancellationToken cancel, bool anew = false)
    {
        bool known = !anew && Volatile.Read(ref _heard) is { } heard && own.GetElapsedTime(heard.At) < Fresh
            && Differs(heard, Timestamp.Now(own)) is null;
        if (IsOverridden || known)
        {
            return null;
        }

        Hear(await link.Call(new CertificatesMessage().ToMessage(), cancel));
        return Fault;
    }

    private string? Differs(Heard heard, Timestamp here)
    {
        var there = heard.Said.Plus(own.GetElapsedTime(heard.At));
        return here > there.Plus(tolerance) || there > here.Plus(tolerance)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The clock of {self} says {here}, and {peer}'s clock says {there}. At most {tolerance.TotalHours:0} hours between them "
                    + $"are allowed. Nothing was signed. Set the wrong clock right{(server is null ? ", and do this again" : "")}. If "
                    + $"{peer}'s clock is the wrong one, tell its people; "
                    + $"{(server is null ? "--despite-clock" : $"'{server} --despite-clock'")} goes on all the same.")
            : null;
    }

    private sealed class Listening(ILink link, PeerClock clock) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await link.Call(request, cancel);
            clock.Hear(reply);
            return reply;
        }
    }
}
