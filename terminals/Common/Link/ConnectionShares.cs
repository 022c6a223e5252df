using HierCash.Protocol;
using HierCash.Protocol.Cash;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Link;

/// <summary>
/// Who of those that are connected counts in which share of the listener's connections, and who goes when a share is full (rule R22; link.md). Everybody
/// begins as a stranger, by address, before TLS; a certificate of the scheme makes a party of it, a request with a known account's signature an account.
/// </summary>
internal sealed partial class ConnectionShares(LinkLimits limits, TimeProvider clock, ILogger log)
{
    /// <summary>Between two lines of the log about connections that had to go: whoever presses does not fill the log.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Share _strangers = new(limits.MaxStrangers, limits.MaxPerAddress, givesWay: true);
    private readonly Share _parties = new(limits.MaxParties, limits.MaxPerParty, givesWay: false);
    private readonly Share _accounts = new(limits.MaxAccounts, limits.MaxPerAccount, givesWay: false);
    private DateTimeOffset _told;
    private long _ended;

    /// <summary>Stands before TLS: what it does not let in costs no handshake.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var guest = new Guest(() => connection.Abort(new ConnectionAbortedException("Others need the place.")));
        if (!Enter(guest, _strangers, PeerNetwork.Of(connection.RemoteEndPoint)))
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(guest);
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

    /// <summary>It has shown a certificate of the scheme. False if that party has as many connections as it may, and all are busy.</summary>
    public bool IsParty(Guest guest, LinkPeer peer, Digest key) => Enter(guest, _parties, (peer, key));

    /// <summary>It has sent a request with that account's signature. Where the account has its share already, it stays a stranger.</summary>
    public void IsAccount(Guest guest, AccountId account)
    {
        bool counts = true;
        Switches.Off("R22 account", ref counts);
        if (counts)
        {
            Enter(guest, _accounts, account);
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

    private bool Enter(Guest guest, Share share, object who)
    {
        Guest? ended = null;
        lock (_gate)
        {
            if (guest.IsEnded)
            {
                return false;
            }

            int most = share.MostOfOne;
            if (share == _strangers)
            {
                Switches.Replace("R22 address", ref most, int.MaxValue);
            }
            else
            {
                Switches.Replace("R22 party", ref most, int.MaxValue);
            }

            var own = share.Of.GetValueOrDefault(who);
            if (own?.Count >= most || share.Count >= share.Most)
            {
                // Whoever has the most gives the place: one address or party cannot press out the others.
                ended = Victim(share, own?.Count >= most ? own : Largest(share));
                if (ended is null)
                {
                    return false;
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

        return true;
    }

    private static IEnumerable<Guest> Largest(Share share)
    {
        int largest = share.Of.Values.Max(g => g.Count);
        return share.Of.Values.Where(g => g.Count == largest).SelectMany(g => g);
    }

    /// <summary>The one that has been silent for the longest; one whose request is being answered only among strangers, and last.</summary>
    private static Guest? Victim(Share share, IEnumerable<Guest> group)
    {
        bool evicts = true;
        Switches.Off("R22 evicts", ref evicts);
        return evicts ? group.Where(g => share.GivesWay || g.Busy == 0).MinBy(g => (g.Busy > 0, g.LastSeen)) : null;
    }

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
            var now = clock.GetUtcNow();
            if (now < _told + Quiet)
            {
                return;
            }

            (_told, ended, _ended) = (now, _ended, 0);
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
