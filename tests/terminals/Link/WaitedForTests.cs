using System.Collections.Concurrent;

namespace HierCash.Tests.Link;

/// <summary>Who waits for an answer hears for whom. It takes seconds in which nothing happens, so it runs beside others.</summary>
[Parallelizable]
public sealed class WaitedForTests
{
    private static readonly LinkLimits Short = new() { CallTime = TimeSpan.FromSeconds(5) };
    private readonly ISigningKey _root = LinkParty.Suite.GenerateKey();
    private TaskCompletionSource _work = null!;
    private LinkParty _party = null!;

    [SetUp]
    public async Task Listen()
    {
        using var key = LinkParty.Suite.GenerateKey();
        _work = new TaskCompletionSource();
        _party = await LinkParty.Listen(_root, LinkParty.Certificate(_root, LinkRole.Issuer, 1, key), Short);
        _party.Work = _work.Task;
    }

    [TearDown]
    public async Task Stop()
    {
        _work.TrySetResult();
        await _party.DisposeAsync();
    }

    [OneTimeTearDown]
    public void Forget() => _root.Dispose();

    /// <summary>Who is waited for is said once, after 2 s, and not where the answer comes at once.</summary>
    [Test]
    public async Task ASilentPeerIsNamedOnceAndAPromptOneNever()
    {
        var said = new ConcurrentQueue<string>();
        using var link = Connect(said.Enqueue);
        await Ask(link, 1);
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.That(said, Is.Empty, "an answer came");
        Assert.That(async () => await Ask(link, 1, 2), Throws.TypeOf<LinkException>());
        Assert.That(said, Is.EqualTo(new[] { $"Waiting for the issuer at 127.0.0.1:{_party.Port} ..." }), "for 5 s");
    }

    /// <summary>
    /// That line is written by a timer, where nobody catches anything: on a full disk it would end the process in the middle of a
    /// settlement.
    /// </summary>
    [Test]
    public async Task WhatCannotSayWhomItWaitsForWaitsAllTheSame()
    {
        int said = 0;
        _party.Work = Task.Delay(TimeSpan.FromSeconds(3));
        using var link = Connect(_ =>
        {
            Interlocked.Increment(ref said);
            throw new IOException("No space left on device");
        });
        await Ask(link, 1, 2);
        Assert.That(said, Is.EqualTo(1));
    }

    private TcpLink Connect(Action<string> say) => new(
        new LinkTarget("127.0.0.1", _party.Port, LinkRole.Issuer, LinkParty.SchemeOf(_root)), null, LinkParty.Suite, TimeProvider.System,
        Short) { SayWaiting = say };

    private static ValueTask<LinkMessage> Ask(TcpLink link, params byte[] body) =>
        link.Call(new LinkMessage(MessageType.Settle, body), default);
}
