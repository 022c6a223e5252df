using HierCash.Oracle;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Wallet;

namespace HierCash.Tests.Cheating;

/// <summary>What cheaters can do, each with its own key and with real messages; the oracle is told what they did.</summary>
internal sealed partial class CheatTown
{
    private ShopEntry? _stand;
    private bool _isStandRevoked;
    private bool _isDenRevoked;

    /// <summary>The way to the issuer of whoever has the users' bank's key.</summary>
    public ILink BankLink => World.IssuerLink(new LinkPeer(LinkRole.Bank, World.UserBank.Id), "bank-1");

    private ILink DenLink => World.TillLink(Den.Till);

    private ISigningKey DenKey => World.TillKey(Den.Till);

    /// <summary>All that a person's cards have signed.</summary>
    public List<CashPayment> PaymentsOf(Person person)
    {
        var payments = new List<CashPayment>();
        foreach (var card in person.Copies.Prepend(person.Card))
        {
            Try(() =>
            {
                card.Card.Reset();
                payments.AddRange(WalletTerminal.ReadPayments(card.Card, card.Pin).Select(p => p.H));
            });
        }

        return [.. payments.DistinctBy(h => h.Id)];
    }

    /// <summary>A payment that a cheating shop took: a fact, and something in its hands.</summary>
    public void Take(Person person, TownCard card, CashPayment h, Hand hand, bool accepted)
    {
        TellCoins(person);
        Truth.Signed(h.Id.ToString(), h.Coin.Id.ToString(), Den.Name, h.Paid.ToLedger(), h.Time.ToDate()!.Value, hand);
        if (accepted || hand == Hand.Owner)
        {
            // What a customer pays for and does not get is between her and the shop, until the shop says in writing that it takes nothing.
            Truth.HandedOver(h.Id.ToString());
        }

        Held.Add(new Held(Den, person, card, h));
    }

    public void TakeAtDen(Person person, TownCard card, ulong minor, bool accepted, TimeSpan back) => Try(() =>
    {
        var time = Timestamp.From(World.Clock.GetUtcNow() - back);
        if (minor == 0 || RawMessages.Pay(card, time, World.Till(Den.Till).W, minor, card.PaymentPin) is not { } h)
        {
            return;
        }

        Take(person, card, h, card == person.Card ? Hand.Owner : Hand.Copy, accepted);
        string dated = back == default ? "" : $", which dates it {-back.TotalHours:0} hours away from now";
        Did($"{person.Name} pays {Money(h.Paid.Minor)} at Den{dated}{(accepted ? ", goods handed over" : ", and gets nothing yet")}.");
    });

    public void VoidAtDen(int which) => Try(() =>
    {
        var open = Held.Where(h => !h.IsVoided && !h.Person.IsRobbed).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var held = open[^(1 + (which % open.Count))];
        using var key = DenKey;
        if (RawMessages.Void(held.Card, held.H, key))
        {
            held.IsVoided = true;
            DenTookBack(held);
            Did($"Den gives {held.Person.Name}'s card S_W for {Money(held.H.Paid.Minor)}.");
        }
    });

    public void SettleAtDen() => Try(() =>
    {
        using var key = DenKey;
        foreach (var batch in Held.Select(h => h.H).Chunk(2000))
        {
            var verdicts = RawMessages.Settle(DenLink, key, batch, Now);
            Did($"Den submits {batch.Length} payments of {Money((ulong)batch.Sum(h => (long)h.Paid.Minor))}"
                + $"{(Held.Exists(h => h.IsVoided) ? ", voided ones too" : "")}: {Count(verdicts)}.");
        }
    });

    private static string Count(IEnumerable<Protocol.Cash.Verdict> verdicts) =>
        string.Join(", ", verdicts.GroupBy(v => v).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));

    public void ReverseAtDen(int which) => Try(() =>
    {
        if (Held.Count == 0)
        {
            return;
        }

        var held = Held[which % Held.Count];
        using var key = DenKey;
        bool done = RawMessages.Reverse(DenLink, key, held.H);
        if (done)
        {
            DenTookBack(held);
        }

        Did($"Den has the issuer take {Money(held.H.Paid.Minor)} of {held.Person.Name} back: {(done ? "done" : "refused")}.");
    });

    /// <summary>The hot list, as a till asks for it: a contact.</summary>
    public void DenFetchesHotList() => Try(() => RawMessages.FetchHotList(DenLink, World.Till(Den.Till).W, Now));

    /// <summary>Den submits, voids and reverses what was paid to others.</summary>
    public void SpeakForOthers() => Try(() =>
    {
        using var key = DenKey;
        var others = Sales.SelectMany(s => World.Till(s.Shop.Till).CoinPayments(s.Sale.Time)).Select(p => p.H).Take(6).ToList();
        foreach (var h in others)
        {
            Try(() => RawMessages.Settle(DenLink, key, [h, h], Now));
            Try(() => RawMessages.Reverse(DenLink, key, h));
        }

        if (others.Count > 0)
        {
            Did("Den submits, voids and reverses what was paid to other shops.");
        }
    });

    /// <summary>What a revoked till signs moves no money by itself: that is printed, and whoever relies on it has been warned.</summary>
    private void DenTookBack(Held held)
    {
        if (!_isDenRevoked)
        {
            Truth.TookBack(held.H.Id.ToString(), secret: held.Person.Cheats);
        }
    }

    public void RevokeDen()
    {
        _isDenRevoked = true;
        Try(() => World.Issuer.Revoke(World.Till(Den.Till).W).OrRefuse());
        Tell("The issuer revokes the key of Den's till.");
    }

    /// <summary>Mallory's card signs one cent again and again for Den.</summary>
    public void DustAtDen(int many) => Try(() =>
    {
        foreach (var h in RawMessages.Dust(Mallory.Card, Now, World.Till(Den.Till).W, many))
        {
            Take(Mallory, Mallory.Card, h, Hand.Owner, accepted: true);
        }

        Did($"Mallory pays {many} times one cent at Den.");
        SettleAtDen();
    });

    /// <summary>A shop of one till, where Mallory buys; its key is copied.</summary>
    public void OpenStand(ulong minor)
    {
        if (_isStandRevoked)
        {
            return;
        }

        _stand ??= Open("Stand");
        Buy(Mallory, Mallory.Card, _stand, minor, Hand.Owner);
        Settle(_stand);
    }

    public void RevokeStand()
    {
        if (_stand is not null)
        {
            _isStandRevoked = true;
            Try(() => World.Issuer.Revoke(World.Till(_stand.Till).W).OrRefuse());
            _standsNext ??= NextTill(_stand);
            Tell("Stand reports its till's key as stolen; the issuer revokes it.");
        }
    }

    public void ReverseAtStand()
    {
        if (_stand is not { } stand || !_isStandRevoked)
        {
            return;
        }

        using var key = World.TillKey(stand.Till);
        foreach (var h in PaymentsOf(Mallory).Where(h => IsOwn(h, stand)))
        {
            bool reversed = false;

            // The issuer does not answer a revoked till on its link (rule R17); a wallet has no name there, and brings S_W for whoever has
            // one.
            Try(() => reversed = RawMessages.Reverse(World.TillLink(stand.Till), key, h) || RawMessages.UploadVoid(World, h, key));
            if (reversed)
            {
                Truth.TakenByThief(h.Id.ToString());
            }

            // Her card gets S_W too: it holds the money again.
            Try(() => RawMessages.Void(Mallory.Card, h, key));

            Did($"With the stolen key {Money(h.Paid.Minor)} of Stand are reversed: {(reversed ? "done" : "refused")}.");
        }
    }

    /// <summary>A request for a till in another shop's name; whoever gets it reverses what was paid there.</summary>
    public void TakeName(ShopEntry shop) => Try(() =>
    {
        using var store = Database.OpenMemory(ShopTill.Schema);
        var request = ShopTill.RequestEnrolment(store, World.Options.Suite, shop.Name);
        var grant = World.Issuer.Enrol(World.ShopBank.Vouch(request).OrRefuse(), Amount.Zero).OrRefuse();
        Did($"A stranger asks for a till in the name of {shop.Name}, and is enrolled.");
        using var key = World.Options.Suite.ImportKey(store.Read(db => db.First("SELECT secret FROM till", r => r.Bytes(0)))!);
        var link = World.IssuerLink(new LinkPeer(LinkRole.Shop, grant.Holder), "stranger");
        foreach (var h in PaymentsOf(Mallory).Where(h => IsOwn(h, shop)))
        {
            bool reversed = RawMessages.Reverse(link, key, h);
            Did($"The stranger reverses {Money(h.Paid.Minor)} of {shop.Name}: {(reversed ? "done" : "refused")}.");
        }
    });

    /// <summary>Shows the bank everything that all her cards hold.</summary>
    public void AnswerWithAll(Person person, Evidence file) => Try(() =>
    {
        var parts = new List<Rebuttal>();
        foreach (var card in person.Copies.Prepend(person.Card))
        {
            card.Card.Reset();
            parts.Add(World.WalletWith(person.Records).MakeRebuttal(card.Card, card.Pin, default).AsTask().GetAwaiter().GetResult());
        }

        var rebuttal = new Rebuttal(
            [.. parts.SelectMany(p => p.Voids)], [.. parts.SelectMany(p => p.Dead)],
            [.. parts.SelectMany(p => p.Certificates).DistinctBy(c => c.Key.Id)]);
        Rebut(person, file, rebuttal);
    });

    private void Rebut(Person person, Evidence file, Rebuttal rebuttal)
    {
        person.Rebuttals[file.Dossier.Coin.ToString()] = rebuttal;
        var finding = World.UserBank.Rebut(file.Dossier.Coin, rebuttal, default).AsTask().GetAwaiter().GetResult().OrRefuse();
        Did($"{person.Name} answers the accusation with {rebuttal.Voids.Count} voids and {rebuttal.Dead.Count} dead statements: "
            + $"\"{finding.Finding}\"");
    }

    /// <summary>The issuer signs that it will never settle what it settled.</summary>
    public void FalseDeath()
    {
        foreach (var file in RawMessages.Files(World.UserBank).Where(f => f.Name == Mallory.Name).ToList())
        {
            Try(() =>
            {
                using var key = World.StatementKey;
                var h = file.Dossier.Payments[^1];
                var dead = RawMessages.Dead(key, World.Issuer.Id, h, Now);
                Did($"The issuer signs for Mallory that {Money(h.Paid.Minor)} will never be settled.");
                Rebut(Mallory, file, new Rebuttal([], [dead],
                    [.. World.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement)]));
            });
        }
    }

    public void ClearCases() => Try(() =>
    {
        foreach (var file in RawMessages.Files(World.UserBank).Where(f => f.Name == Mallory.Name))
        {
            RawMessages.Outcome(BankLink, file, Proof.Nothing);
            Did("bank-1 tells the issuer that Mallory's case proves nothing.");
        }
    });

    /// <summary>bank-1 signs evidence against Alice, or of fewer or more payments than it was given.</summary>
    public void MakeEvidence(int way) => Try(() =>
    {
        if (RawMessages.Files(World.UserBank).FirstOrDefault(f => f.Name == Mallory.Name) is not { } real)
        {
            return;
        }

        using var key = World.BankKey("bank-1");
        var alice = World.UserBank.Accounts.Single(a => a.Name == Alice.Name);
        var order = RawMessages.Orders(World).First(o => o.User == alice.User);
        Forged.Add(way switch
        {
            0 => RawMessages.FalseEvidence(key, real, order, alice.Key, Alice.Name),
            1 => RawMessages.Doctored(key, real, drop: true),
            _ => RawMessages.Doctored(key, real, drop: false),
        });
        Did(way == 0 ? "bank-1 makes evidence of Alice's order and Mallory's payments."
            : "bank-1 changes the dossier before it signs the evidence.");
    });

    public void CancelUnasked(int which) => Try(() =>
    {
        var orders = RawMessages.Orders(World).ToList();
        var order = orders[which % orders.Count];
        string holder = World.UserBank.Accounts.Single(a => a.User == order.User).Name;
        using var key = World.BankKey("bank-1");
        if (RawMessages.Cancel(BankLink, key, World.UserBank.Id, order.Request, Now))
        {
            Truth.ReportedLost(holder, World.Clock.GetUtcNow());
            Did($"bank-1 has a coin of {holder} cancelled that nobody reported as lost.");
        }
    });

    public void IssueUnasked(int which, ulong minor, TimeSpan back) => Try(() =>
    {
        var orders = RawMessages.Orders(World).ToList();
        using var key = World.BankKey("bank-1");
        bool issued = RawMessages.Issue(BankLink, key, World.UserBank.Id, orders[which % orders.Count], minor,
            Timestamp.From(World.Clock.GetUtcNow() - back));
        Did($"bank-1 asks for {Money(minor)} on an order that was for something else, dated {back.TotalHours:0} hours back: "
            + $"{(issued ? "issued" : "refused")}.");
    });
}
