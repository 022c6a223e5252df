using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Link;

/// <summary>
/// Who of those that are connected counts in which share of the listener's connections, and who goes when a share is full (rule R22;
/// link.md). Everybody begins as a stranger, by address, before TLS; a certificate of the scheme makes a party of it, a request with a
/// known account's signature an account.
/// </summary>
internal sealed partial class ConnectionShares(LinkLimits limits, TimeProvider clock, ILogger log)
{
    /// <summary>Between two lines of the log about connections that had to go: whoever presses does not fill the log.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Share _strangers = new(limits.MaxStrangers, limits.MaxPerAddress, givesWay: true);
    private readonly Share _parties = new(limits.MaxParties, limits.MaxPerParty, givesWay: false);
    private readonly Share _accounts = new(limits.MaxAccounts, limits.MaxPerAccount, givesWay: false);
    private readonly Share _long = new(limits.MaxLong, limits.MaxLongPerAddress, givesWay: true);
    private readonly Dictionary<object, int> _unknown = [];
    private long _unknownSince;
    private long? _told;
    private long _ended;

    /// <summary>Stands before TLS: what it does not let in costs no handshake.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var guest = new Guest(() => connection.Abort(new ConnectionAbortedException("Others need the place.")));
        if (Enter(guest, _strangers, PeerNetwork.Of(connection.RemoteEndPoint)) is not null)
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(guest);
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            LineWatch.Set(socket, limits);
        }

        try
        {
            await next(connection);
        }
        finally
        {
            lock (_gate)
            {
                Take(guest);
            }
        }
    };

    /// <summary>It has shown a certificate of the scheme.</summary>
    /// <returns>Why there is no place for it; null if there is.</returns>
    public string? IsParty(Guest guest, LinkPeer peer, Digest key) => Enter(guest, _parties, (peer, key));

    /// <summary>It has sent a request with that account's signature. An account whose share is full stays a stranger.</summary>
    public void IsAccount(Guest guest, AccountId account) => Enter(guest, _accounts, account);

    /// <summary>A place for a stranger's long frame, also where another has to lose his; null where it cannot be had.</summary>
    public Guest? LongFrame(ConnectionContext connection)
    {
        var place = new Guest(() => connection.Abort(new ConnectionAbortedException("Others need the place.")));
        return Enter(place, _long, PeerNetwork.Of(connection.RemoteEndPoint)) is null ? place : null;
    }

    /// <summary>Gives that place back.</summary>
    public void Leave(Guest? place)
    {
        if (place is not null)
        {
            lock (_gate)
            {
                Take(place);
            }
        }
    }

    /// <summary>Counts, for a minute, what an address's strangers ask that nobody understands. Who asks once more is shut out.</summary>
    public bool IsTooMuch(Guest guest, LinkMessage reply)
    {
        if (Refusal.Read(reply) is not { Reason: RefusalReason.Malformed or RefusalReason.UnknownMessage })
        {
            return false;
        }

        lock (_gate)
        {
            if (guest.Share != _strangers)
            {
                return false;
            }

            if (clock.GetElapsedTime(_unknownSince) > Quiet)
            {
                _unknown.Clear();
                _unknownSince = clock.GetTimestamp();
            }

            // As many addresses as there are strangers' connections at a time; of more than that none has anything left.
            bool isKnown = _unknown.TryGetValue(guest.Who!, out int times);
            bool isTooMuch = times >= limits.MaxUnknown || (!isKnown && _unknown.Count >= limits.MaxStrangers);
            if (!isTooMuch)
            {
                _unknown[guest.Who!] = times + 1;
            }

            return isTooMuch;
        }
    }

    public bool IsStranger(Guest guest)
    {
        lock (_gate)
        {
            return guest.Share == _strangers;
        }
    }

    /// <summary>A request came, or was answered.</summary>
    /// <param name="requests">1 or -1.</param>
    public void Seen(Guest guest, int requests)
    {
        lock (_gate)
        {
            guest.Busy += requests;
            guest.LastSeen = clock.GetTimestamp();
        }
    }

    /// <returns>Why not; null if it is in.</returns>
    private string? Enter(Guest guest, Share share, object who)
    {
        Guest? ended = null;
        lock (_gate)
        {
            if (guest.IsEnded)
            {
                return "others needed the place";
            }

            var own = share.Of.GetValueOrDefault(who);
            bool hasItsShare = own?.Count >= share.MostOfOne;
            if (hasItsShare || share.Count >= share.Most)
            {
                // Whoever has the most gives the place: one address or party cannot press out the others.
                ended = Victim(share, hasItsShare ? own! : Givers(share, own));
                if (ended is null)
                {
                    return hasItsShare
                        ? "it has as many connections as a party may have, and all are in use"
                        : "all places are taken, and no party that has more of them than it has one that is not in use";
                }

                ended.IsEnded = true;
                Take(ended);
            }

            Take(guest);
            guest.Share = share;
            guest.Who = who;
            guest.LastSeen = clock.GetTimestamp();
            if (!share.Of.TryGetValue(who, out own))
            {
                share.Of.Add(who, own = []);
            }

            own.Add(guest);
            share.Count++;
        }

        if (ended is not null)
        {
            ended.End();
            Tell();
        }

        return null;
    }

    /// <summary>Those with the most of the connections that may go. Who keeps its own busy does not press out others' idle ones.</summary>
    private static IEnumerable<Guest> Givers(Share share, HashSet<Guest>? own)
    {
        int largest = share.Of.Values.Max(g => g.Count);
        int has = own?.Count ?? 0;
        var giving = share.Of.Values
            .Where(g => g.Count == largest || g == own || g.Count > has)
            .Where(g => share.GivesWay || g.Any(one => one.Busy == 0)).ToList();
        int most = giving.Count == 0 ? 0 : giving.Max(g => g.Count);
        return giving.Where(g => g.Count == most).SelectMany(g => g);
    }

    /// <summary>The one that has been silent for the longest; one whose request is being answered only among strangers, and last.</summary>
    private static Guest? Victim(Share share, IEnumerable<Guest> group) =>
        group.Where(g => share.GivesWay || g.Busy == 0).MinBy(g => (g.Busy > 0, g.LastSeen));

    private static void Take(Guest guest)
    {
        if (guest.Share is { } share && share.Of.TryGetValue(guest.Who!, out var group) && group.Remove(guest))
        {
            share.Count--;
            if (group.Count == 0)
            {
                share.Of.Remove(guest.Who!);
            }
        }

        guest.Share = null;
    }

    private void Tell()
    {
        long ended;
        lock (_gate)
        {
            _ended++;
            if (_told is { } told && clock.GetElapsedTime(told) < Quiet)
            {
                return;
            }

            (_told, ended, _ended) = (clock.GetTimestamp(), _ended, 0);
        }

        LogEnded(ended);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} connections were closed because others needed the place")]
    private partial void LogEnded(long count);

    /// <param name="most">Of all together.</param>
    /// <param name="mostOfOne">Of one address, party or account.</param>
    /// <param name="givesWay">Also one whose request is being answered.</param>
    internal sealed class Share(int most, int mostOfOne, bool givesWay)
    {
        public int Most => most;

        public int MostOfOne => mostOfOne;

        public bool GivesWay => givesWay;

        public Dictionary<object, HashSet<Guest>> Of { get; } = [];

        public int Count { get; set; }
    }

    /// <summary>One connection.</summary>
    /// <param name="end">Closes it at once.</param>
    internal sealed class Guest(Action end)
    {
        public Action End { get; } = end;

        public Share? Share { get; set; }

        public object? Who { get; set; }

        public int Busy { get; set; }

        public long LastSeen { get; set; }

        public bool IsEnded { get; set; }
    }
}
