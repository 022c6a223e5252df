using HierCash.Bank;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Tests.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Rule R10: anybody may send a bank a rebuttal. What is in it costs work that grows with its size and no faster, and nobody else waits for
/// that.
/// </summary>
[Parallelizable]
public sealed class RebuttalBoundsTests
{
    private static readonly LinkPeer Stranger = LinkPeer.Wallet;

    private CountingSuite _suite = null!;
    private SimulatedTown _town = null!;
    private Evidence _file = null!;
    private CashPayment _h = null!;
    private Random _random = null!;

    [SetUp]
    public async Task MakeCase()
    {
        _suite = new CountingSuite(new BclSuite());
        _town = Towns.Make(with: o => o with { Suite = _suite });
        _file = await _town.Overspend();
        _h = _file.Dossier.Payments.Single(p => p.Paid.Minor == 2000);
        _random = new Random(1);
    }

    [TearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>
    /// A stranger sends certificates, stamps and dead statements that he made up: each certificate is verified once, and paired with
    /// nothing.
    /// </summary>
    [Test, Rule(10)]
    public async Task WorkGrowsWithWhatIsSentAndNoFaster()
    {
        int few = await Cost(Invented(20, 8, 8));
        int many = await Cost(Invented(500, 64, 500));
        Assert.That(many, Is.LessThan(few + 480 + 100), $"{few} for 20 certificates, {many} for 500");
        Assert.That(_town.Rows("bank-1")["rebuttal"], Is.Zero);
    }

    /// <summary>The same for whoever reads the two files offline, and for the bank's next rebuttal of that case.</summary>
    [Test, Rule(10)]
    public async Task NothingIsVerifiedTwice()
    {
        var shown = Invented(200, 16, 40);
        int before = _suite.Verified;
        Assert.That(_town.Check(_file, new Defence([shown], [])).Culprit, Is.EqualTo(Culprit.User));
        Assert.That(_suite.Verified - before, Is.LessThan(200 + 100));

        // Two true S_W, one after the other: the second does not pay for the whole file again.
        var other = _file.Dossier.Payments.Single(p => p.Id != _h.Id);
        var bank = Bank;
        int first = await Cost(new Rebuttal([Void(_h)], [], []), bank);
        int second = await Cost(new Rebuttal([Void(other)], [], []), bank);
        Assert.That(second, Is.LessThan(first / 2), $"{first}, then {second}");
        Assert.That(_town.Rows("bank-1")["rebuttal"], Is.EqualTo(2));
    }

    /// <summary>
    /// The bank's friend signs one true S_W, and packs thousands of inventions around it: what is stored is without them, and the next
    /// reader does not pay.
    /// </summary>
    [Test, Rule(10)]
    public async Task WhatIsInventedIsNotStored()
    {
        var other = _file.Dossier.Payments.Single(p => p.Id != _h.Id);
        await Cost(Invented(500, 60, 16, other) with { Voids = [Void(_h)] });
        Assert.That(_town.Rows("bank-1")["rebuttal"], Is.EqualTo(1));
        var again = Bank;
        int before = _suite.Verified;
        Assert.That(again.Cases.Single().Heard, Is.EqualTo(1));
        Assert.That(_suite.Verified - before, Is.LessThan(100));
    }

    /// <summary>Of one payment a few dead statements are looked at, under the genuine certificates.</summary>
    [Test, Rule(10)]
    public async Task OfOnePaymentAFewStatementsAreLookedAt()
    {
        var genuine = _town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).ToList();
        int cost = await Cost(Invented(0, 0, 800) with { Certificates = genuine });
        Assert.That(cost, Is.LessThan(150));
    }

    /// <summary>Hundreds of true S_W under one seq, as copies of a card give: a few of them are looked at for a payment.</summary>
    [Test, Rule(10)]
    public void OfOneSeqAFewVoidsAreLookedAt()
    {
        using var till = _town.TillKey(TillOf(_h));
        var shown = new Rebuttal([.. Enumerable.Range(1, 500)
            .Select(i => VoidStatement.Sign(till, _h with { Time = _h.Time.Plus(TimeSpan.FromMilliseconds(i)) }))], [], []);
        int before = _suite.Verified;
        Assert.That(shown.VoidOf(_suite, _h), Is.Null);
        Assert.That(_suite.Verified - before, Is.InRange(1, 16));
    }

    /// <summary>More than an honest wallet ever has is no rebuttal, for the bank and for whoever reads files.</summary>
    [TestCase(641, 0, 0)]
    [TestCase(0, 65, 0)]
    [TestCase(0, 0, 3000)]
    [Rule(10)]
    public async Task ARebuttalHasItsSize(int certificates, int stamps, int dead)
    {
        int before = _suite.Verified;
        var message = new RebutMessage(_h.Coin.Id, Invented(certificates, stamps, dead)).ToMessage();
        var refusal = Refusal.Read(await _town.UserBank.Handle(Stranger, message, default));
        Assert.That((refusal?.Reason, _suite.Verified - before), Is.EqualTo(((RefusalReason?)RefusalReason.Malformed, 0)),
            "and nothing is verified");
        Assert.That(Rebuttal.Decode(Invented(640, 64, 0).Encode()), Is.Not.Null, "so much may be");
    }

    /// <summary>While a stranger's rebuttal is weighed the bank answers others and writes; and who sent it may hang up.</summary>
    [Test, Rule(10), CancelAfter(60_000)]
    public async Task NobodyWaitsForAStrangersRebuttal(CancellationToken end)
    {
        using var weighing = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        using var hangsUp = new CancellationTokenSource();
        var theirs = new AsyncLocal<bool>();
        _suite.Before = () =>
        {
            if (theirs.Value)
            {
                weighing.Set();
                done.Wait(end);
            }
        };
        var sending = Task.Run(
            async () =>
            {
                theirs.Value = true;
                return await _town.UserBank.Handle(Stranger, new RebutMessage(_h.Coin.Id, Invented(50, 8, 8)).ToMessage(), hangsUp.Token);
            }, end);
        weighing.Wait(end);
        string till = TillOf(_h);
        var other = Task.Run(
            async () =>
            {
                using var alice = _town.User("Alice", 1000);
                int notices = _town.UserBank.Notices(_file.Order.User).Count;

                // A visit too: it has a reversal to file with that very case.
                await _town.Till(till).Refund(_h.Time, null, _town.TillLink(till), end).OrRefuse();
                (await _town.UserBank.Run(end)).ThrowIfAny();
                return (notices, _town.UserBank.EvidenceFiles.Single().Reversals.Count);
            }, end);
        bool answered = await Task.WhenAny(other, Task.Delay(TimeSpan.FromSeconds(20), end)) == other;
        await hangsUp.CancelAsync();
        done.Set();
        Assert.That(answered, "an account is opened, money withdrawn, and the issuer visited meanwhile");
        Assert.That(await other, Is.EqualTo((1, 1)));
        Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
        _suite.Before = null;
        Assert.That(_town.Rows("bank-1")["rebuttal"], Is.Zero);
    }

    /// <summary>
    /// S_W waits, because the issuer takes no more of that coin for a while. A visit asks about one of them; and whoever sends empty
    /// rebuttals, or the same one again, sends the bank to the issuer not once more.
    /// </summary>
    [Test, Rule(10), Waits(WaitingKind.UnansweredRebuttal)]
    public async Task WhatChangesNothingSendsTheBankNowhere()
    {
        var calls = new List<MessageType>();
        var bank = _town.BankOver("bank-1", new Issuer(request =>
        {
            calls.Add(request.Type);
            return request.Type == MessageType.BankVoid ? new Refusal(RefusalReason.Unavailable, "Too many.").ToMessage() : null;
        }, _town.UserBankLink()));
        var shown = new Rebuttal([.. _file.Dossier.Payments.Select(Void)], [], []);
        (await bank.Rebut(_h.Coin.Id, shown, default)).OrRefuse();
        Assert.That(_town.Rows("bank-1")["void_message"], Is.EqualTo(2));
        Assert.That(bank.Waits.One(WaitingKind.UnansweredRebuttal).What, Does.StartWith("2 "));
        Assert.That(calls.Count(c => c == MessageType.BankVoid), Is.EqualTo(1), "of this coin no more, says the issuer");
        calls.Clear();
        foreach (var again in new[] { Rebuttal.None, shown, Rebuttal.None })
        {
            var reply = await bank.Handle(Stranger, new RebutMessage(_h.Coin.Id, again).ToMessage(), default);
            Assert.That(Refusal.Read(reply), Is.Null);
        }

        Assert.That(calls, Is.Empty);
    }

    /// <summary>The issuer's reversals of a case are filed, and the case is weighed with them, while the bank answers others.</summary>
    [Test, Rule(10), CancelAfter(60_000)]
    public async Task NobodyWaitsWhileReversalsAreFiled(CancellationToken end)
    {
        bool files = false;
        bool waited = false;
        int weighed = 0;
        var bank = _town.BankOver("bank-1", new Issuer(
            _ =>
            {
                files = false;
                return null;
            },
            _town.UserBankLink(),
            request => files = request.Type == MessageType.BankVoid));
        _suite.Before = () =>
        {
            if (files)
            {
                weighed++;
                files = false;
                waited = !Task.Run(() => bank.Notices(_file.Order.User), end).Wait(5000, end);
            }
        };
        (await bank.Rebut(_h.Coin.Id, new Rebuttal([.. _file.Dossier.Payments.Select(Void)], [], []), end)).OrRefuse();
        _suite.Before = null;
        Assert.That((waited, weighed > 0), Is.EqualTo((false, true)));
        Assert.That(bank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(2));
    }

    private sealed class Issuer(Func<LinkMessage, LinkMessage?> answer, ILink inner, Action<LinkMessage>? answered = null) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = answer(request) ?? await inner.Call(request, cancel);
            answered?.Invoke(request);
            return reply;
        }
    }

    /// <summary>The bank, newly started, while the issuer is away.</summary>
    private BankParty Bank => _town.BankOver("bank-1", new ReversalTests.DeadLink());

    private async Task<int> Cost(Rebuttal shown, BankParty? bank = null)
    {
        int before = _suite.Verified;
        (await (bank ?? Bank).Rebut(_h.Coin.Id, Rebuttal.Decode(shown.Encode())!, default)).OrRefuse();
        return _suite.Verified - before;
    }

    /// <summary>Certificates, stamps and dead statements of the excess that nobody signed.</summary>
    private Rebuttal Invented(int certificates, int stamps, int dead, CashPayment? of = null)
    {
        var h = of ?? _h;
        byte[] Signature()
        {
            var bytes = new byte[ISigningKey.SignatureSize];
            _random.NextBytes(bytes);
            bytes[0] = bytes[32] = 1;
            return bytes;
        }

        var genuine = _file.Dossier.Header.StatementKeys[0];
        var shown = new Rebuttal(
            [],
            [.. Enumerable.Range(0, dead).Select(
                _ => new NonSettlementStatement(genuine.Holder, h.Id, h.Coin.Id, h.Seq, h.Paid, DeathBasis.TermOver, _file.Date,
                    Signature()))],
            [.. Enumerable.Range(0, certificates).Select(_ => genuine with { Signature = Signature() })]);
        var subject = shown.Digest;
        return shown with { Stamps = [.. Enumerable.Range(0, stamps)
            .Select(_ => new Stamp(genuine.Holder, StampRole.Issuer, subject, _file.Date, Signature()))] };
    }

    private VoidStatement Void(CashPayment h)
    {
        using var till = _town.TillKey(TillOf(h));
        return VoidStatement.Sign(till, h);
    }

    private string TillOf(CashPayment h) =>
        _town.PartyNames.First(n => n.StartsWith("till", StringComparison.Ordinal) && _town.Till(n).W == h.Till);
}
