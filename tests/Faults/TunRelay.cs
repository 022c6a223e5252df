using System.Diagnostics;

namespace HierCash.Tests.Faults;

/// <summary>The only way between two rooms: a program that carries packets between two TUN devices, late, or not at all.</summary>
internal sealed class TunRelay : IDisposable
{
    private const int DelayAt = 0, LossAt = 1, CutAt = 2, EpochAt = 3, CarriedAt = 4, DroppedAt = 5, Count = 6;
    private const string HereAddress = "10.9.0.2";
    private readonly SharedNumbers _control;
    private readonly Process _relay;

    /// <param name="folder">Of the world.</param>
    /// <param name="here">Where all but the issuer live.</param>
    /// <param name="away">Where the issuer lives.</param>
    public TunRelay(string folder, Room here, Room away)
    {
        _control = new SharedNumbers(Path.Combine(folder, "relay"), Count);
        var info = new ProcessStartInfo(FaultTools.TunRelay,
            [_control.Path, $"{here.Pid}", HereAddress, $"{away.Pid}", FaultWorld.IssuerAddress])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        info.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        _relay = Process.Start(info)!;
        if (_relay.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException($"No relay: {_relay.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>Milliseconds by which each packet is late, one way.</summary>
    public int Delay { set => _control[DelayAt] = value; }

    /// <summary>So many of 1,000 packets get lost.</summary>
    public int Loss { set => _control[LossAt] = value; }

    /// <summary>Nothing gets through, and nobody is told.</summary>
    public bool IsCut { set => _control[CutAt] = value ? 1 : 0; }

    /// <summary>Packets that came out on the other side, and that did not.</summary>
    public (int Carried, int Dropped) Packets => (_control[CarriedAt], _control[DroppedAt]);

    /// <summary>
    /// Flows that are there now are swallowed from now on, without a word to either side. New ones get through: what a firewall does that
    /// forgot its table.
    /// </summary>
    public void SwallowEstablished() => _control[EpochAt]++;

    public void Dispose()
    {
        _relay.Kill();
        _relay.WaitForExit();
        _relay.Dispose();
        _control.Dispose();
    }
}
