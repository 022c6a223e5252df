using HierCash.Bank;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Rule R5: who answers to a mere question about a coin says whose it is. A wallet shows what it holds only against evidence that it has
/// checked itself.
/// </summary>
[Parallelizable]
public sealed class ShownEvidenceTests
{
    private static readonly byte[] NoSignature = new byte[64];

    /// <summary>
    /// The cafe has seen a coin, and has taken a payment back; nobody overspent. The bank asks each holder's wallet about that coin, with a
    /// notice of its own making and with whatever evidence it has: the wallets of who holds the coin and of who does not say the same, and
    /// neither rebuts.
    /// </summary>
    [TestCase("", false)]
    [TestCase("signed", false)]
    [TestCase("another's", true)]
    [TestCase("another coin's", true)]
    [TestCase("nothing overspent", true)]
    [Rule(5)]
    public async Task ABankAndAShopFindNoHolder(string lie, bool shows)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 5000);
        var h = town.SignAndVoid(alice, cafe, 1250);
        var real = await town.Overspend();
        var said = new List<string>();
        foreach (var card in new[] { bob, alice })
        {
            var asking = new Unmasker(town, h.Coin.Id, lie, real);
            var done = (await new WalletTerminal(asking, town.Options.Suite, town.Clock, NoCrashPoints.Instance)
                .Rebut(card.Card, card.Pin, default)).Single();
            Assert.That((done.Evidence, done.Rebuttal.Voids.Count), Is.EqualTo(((Evidence?)null, 0)));
            Assert.That(asking.WasAsked, Is.True, "the wallet wants to see the evidence");
            Assert.That(done.Held.Voids, Has.Count.EqualTo(card == alice && lie != "another's" ? 1 : 0), "and shows nothing of it");
            said.Add(string.Join(' ', asking.Heard));
        }

        Assert.That(said[0], Does.Not.Contain(nameof(MessageType.Rebut)).And.Contain(nameof(MessageType.Relay)), shows
            ? "evidence of something else" : "no evidence");
        Assert.That(said[1], Is.EqualTo(said[0]), "who holds the coin sends what everybody sends");
    }

    /// <summary>
    /// The bank changes one thing of a true accusation on the way to who is accused: notice, account, root key, or a page. The wallet
    /// answers to none of it, and to the true one it does.
    /// </summary>
    [TestCase("")]
    [TestCase("notice")]
    [TestCase("root")]
    [TestCase("page")]
    [TestCase("signature")]
    [Rule(5)]
    public async Task OnlyEvidenceThatHoldsIsAnswered(string lie)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var (file, _, _) = await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        using var own = town.Options.Suite.GenerateKey();
        using var bank = town.BankKey("bank-1");
        var forged = ForgedUnder(own, bank, file);
        Assert.That(forged.Check(town.Options.Suite, own.PublicKey).IsProven, "under that root key it holds");
        var link = new Changing(town.UserBank, reply => (lie, reply.Type) switch
        {
            ("notice", MessageType.NoticesReply) =>
                new NoticesReply(
                    [file.Notice with { Until = file.Notice.Until.Plus(TimeSpan.FromDays(1)), Signature = NoSignature }]).ToMessage(),
            ("root", MessageType.NoticesReply) => new NoticesReply([forged.Notice]).ToMessage(),
            ("root", MessageType.AccusationReply) when reply.As<AccusationReply>()?.File is not null =>
                new AccusationReply(own.PublicKey, forged).ToMessage(),
            ("page", MessageType.AccusationReply) when reply.As<AccusationReply>()?.Page is { } page =>
                new AccusationReply(new DossierPage([page.Entries[0]])).ToMessage(),
            ("signature", MessageType.AccusationReply) when reply.As<AccusationReply>() is { Root: { } root, File: { } read } =>
                new AccusationReply(root, read with { Signature = NoSignature }).ToMessage(),
            _ => reply,
        });
        var done = (await new WalletTerminal(link, town.Options.Suite, town.Clock, NoCrashPoints.Instance)
            .Rebut(alice.Card, alice.Pin, default)).Single();
        if (lie.Length > 0)
        {
            Assert.That((done.Evidence, done.Rebuttal.Voids.Count, done.Stands), Is.EqualTo(((Evidence?)null, 0, (bool?)null)));
            Assert.That(town.Rows("bank-1")["rebuttal"], Is.Zero, "the bank was shown nothing");
            Assert.That(done.Held.Stamps.Select(s => s.Role), Is.EqualTo(new[] { StampRole.Issuer }));
            Assert.That(file.Beside(done.Held).IsStampedBefore(town.Options.Suite, town.Scheme.Root, file.Notice.Until),
                "and takes nobody's proof of the day by that");
            return;
        }

        Assert.That((done.Rebuttal.Voids.Count, done.Stands), Is.EqualTo((1, (bool?)false)));
        Assert.That(done.Evidence!.Encode(), Is.EqualTo((file with { Reversals = [], FiledKeys = [] }).Encode()),
            "and the holder has what a judge checks");
        Assert.That(town.Check(done.Evidence, new Defence([done.Rebuttal], [])).Culprit, Is.EqualTo(Culprit.ShopToAnswer));
    }

    /// <summary>Who does not know U is told nothing of the evidence, and nobody about another's coin.</summary>
    [Test, Rule(5)]
    public async Task EvidenceIsShownToTheAccusedOnly()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var file = await town.Overspend();
        async Task<RefusalReason?> Ask(AccountId user, CoinId coin, uint? page) =>
            Refusal.Read(await town.UserBank.Handle(LinkPeer.Wallet, new AccusationMessage(user, coin, page).ToMessage(), default))?.Reason;
        var other = town.UserBank.Accounts.Select(a => a.User).First(u => u != file.Order.User);
        Assert.That(await Ask(file.Order.User, file.Dossier.Coin, null), Is.Null);
        Assert.That(await Ask(file.Order.User, file.Dossier.Coin, 0), Is.Null);
        Assert.That(await Ask(file.Order.User, file.Dossier.Coin, (uint)file.Dossier.Pages.Count), Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(await Ask(file.Order.User, file.Dossier.Coin, uint.MaxValue), Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(await Ask(other, file.Dossier.Coin, null), Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(await Ask(other, file.Dossier.Coin, 0), Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(await Ask(file.Order.User, default, null), Is.EqualTo(RefusalReason.NotAllowed));
        var broken = await town.UserBank.Handle(LinkPeer.Wallet, new LinkMessage(MessageType.Accusation, [1, 2]), default);
        Assert.That(Refusal.Read(broken)?.Reason, Is.EqualTo(RefusalReason.Malformed));
    }

    /// <summary>The same accusation in another scheme, whose root key is somebody's own.</summary>
    private static Evidence ForgedUnder(ISigningKey root, ISigningKey bank, Evidence file)
    {
        KeyCertificate Certify(KeyCertificate c) => KeyCertificate.Issue(root, c.Usage, c.Holder, c.NotBefore, c.NotAfter, c.Key);
        var header = file.Dossier.Header;
        var dossier = file.Dossier with
        {
            Header = header with { EncryptionKey = Certify(header.EncryptionKey), CoinKey = Certify(header.CoinKey),
                StatementKeys = [.. header.StatementKeys.Select(Certify)] },
        };
        return Evidence.Sign(bank, file.Order, file.AccountKey, file.Name, dossier, Certify(file.BankKey), file.Date);
    }

    /// <summary>
    /// The wallet's process ends while the bank is answering: what the bank accused with was kept before it heard a word.
    /// </summary>
    [Test, Rule(5)]
    public async Task WhatTheBankAccusedWithIsKeptBeforeItIsAnswered()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var (file, _, _) = await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        Evidence? kept = null;
        var dies = new Changing(town.UserBank, reply => reply.Type == MessageType.RebutReply ? throw new IOException("the end") : reply);
        var wallet = new WalletTerminal(dies, town.Options.Suite, town.Clock, NoCrashPoints.Instance);
        await Assert.ThatAsync(async () => await wallet.Rebut(
            alice.Card, alice.Pin, default, keepEvidence: (_, evidence) => kept = evidence), Throws.TypeOf<IOException>());
        Assert.That(kept?.Notice.Encode(), Is.EqualTo(file.Notice.Encode()));
        Assert.That(town.Rows("bank-1")["rebuttal"], Is.EqualTo(1), "the bank had heard it");
    }

    /// <summary>A bank that knows a coin from a shop, and asks whoever calls about it.</summary>
    private sealed class Unmasker(SimulatedTown town, CoinId coin, string lie, Evidence real) : ILink
    {
        public List<string> Heard { get; } = [];

        public bool WasAsked => Heard.Contains(nameof(MessageType.Accusation));

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            Heard.Add(request.Type.ToString());
            using var key = town.BankKey("bank-1");
            if (request.Type == MessageType.Notices)
            {
                var user = request.As<NoticesMessage>()!.User;
                return new NoticesReply([lie switch
                {
                    "" => new Notice(new PartyId(999), user, coin, default, real.Date, real.Date, NoSignature),
                    "another's" => real.Notice,
                    _ => Notice.Sign(key, town.UserBank.Id, user, coin, real.Notice.Content, real.Notice.Date, real.Notice.Until),
                }]).ToMessage();
            }

            if (request.Type == MessageType.Accusation && request.As<AccusationMessage>() is var (_, _, page))
            {
                // Mallory's true case; or the bank writes other things into it, and signs what it can.
                var shown = lie switch
                {
                    "another's" => real,
                    "another coin's" => real with { Notice =
                        Notice.Sign(key, town.UserBank.Id, real.Order.User, coin, real.Notice.Content, real.Notice.Date,
                            real.Notice.Until) },
                    "nothing overspent" => Evidence.Sign(
                        key, real.Order, real.AccountKey, real.Name, town.Resign(real.Dossier, d => d, [real.Dossier.Entries[0]]),
                        real.BankKey, real.Date),
                    _ => null,
                };
                return shown is null ? new Refusal(RefusalReason.Unavailable, "Not now.").ToMessage()
                    : page is { } index ? new AccusationReply(shown.Dossier.Pages[(int)index]).ToMessage()
                    : new AccusationReply(town.Scheme.Root, shown).ToMessage();
            }

            return await town.UserBank.Handle(LinkPeer.Wallet, request, cancel);
        }
    }

    private sealed class Changing(BankParty bank, Func<LinkMessage, LinkMessage> change) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            change(await bank.Handle(LinkPeer.Wallet, request, cancel));
    }
}
