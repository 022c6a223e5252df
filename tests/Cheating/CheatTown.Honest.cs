using System.Globalization;
using HierCash.Oracle;
using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Cheating;

/// <summary>What honest parties do, each with its own program, and what the oracle is told of it.</summary>
internal sealed partial class CheatTown
{
    /// <summary>Somebody pays at a shop that keeps the rules.</summary>
    public Purchase? Buy(Person person, TownCard card, ShopEntry shop, ulong minor, Hand hand, bool pin = true)
    {
        Purchase? sale = null;
        Try(() =>
        {
            card.Card.Reset();
            var result = World.Till(shop.Till).Pay(card.Card, new Amount(Math.Max(1, minor)), pin ? card.PaymentPin : null);
            if (result.Outcome is TillOutcome.PinRequired or TillOutcome.PinWrong)
            {
                // Whoever has no PIN leaves without goods, and the shop's person cancels.
                World.Till(shop.Till).Cancel(result.Sale, card.Card);
            }

            sale = new Purchase(shop, person, card, result.Sale, hand);
            Note(sale, result, hand);
            Did(result.Payments.Count > 0 ? Actor : null);
            string with = hand switch { Hand.Copy => " with a copy of the card", Hand.Thief => "'s card is used by the thief", _ => "" };
            Tell($"{person.Name}{(hand == Hand.Thief ? with : " pays")} {Money(minor)} at {shop.Name}{(hand == Hand.Thief ? "" : with)}: "
                + (result.Outcome == TillOutcome.Accepted ? "accepted, goods handed over." : result.Message));
        });
        return sale is { IsAccepted: true } ? sale : null;
    }

    /// <summary>An honest holder spends all that she has on her card at one shop, as far as its till takes it in one payment.</summary>
    public void SpendAll(Person person, ShopEntry shop)
    {
        if (!person.IsRobbed && Balance(person.Card) is > 0 and var balance)
        {
            Buy(person, person.Card, shop, Math.Min(balance, World.Options.Terms.FloorLimit.Minor), Hand.Owner);
        }
    }

    public ulong Balance(TownCard card)
    {
        ulong balance = 0;
        Try(() => balance = card.Balance().Minor);
        return balance;
    }

    private void Note(Purchase sale, TillResult result, Hand hand)
    {
        TellCoins(sale.Person);
        foreach (var h in result.Payments)
        {
            Truth.Signed(h.Id.ToString(), h.Coin.Id.ToString(), sale.Shop.Name, h.Paid.ToLedger(), h.Time.ToDate()!.Value, hand);
            if (NeedsIssuer(result) && result.Outcome is TillOutcome.Accepted)
            {
                Truth.Arrived(h.Id.ToString(), World.Clock.GetUtcNow());
            }
        }

        sale.IsAccepted |= result.Outcome == TillOutcome.Accepted;
        sale.IsOpen = result.Outcome is TillOutcome.CardGone or TillOutcome.IssuerGone;
        if (!Sales.Contains(sale))
        {
            Sales.Add(sale);
        }

        Sync(sale);
    }

    private bool NeedsIssuer(TillResult result) => result.Sale.Amount > World.Options.Terms.FloorLimit;

    /// <summary>An honest till's word is a fact: OK means goods, S_W means that nothing is sold.</summary>
    private void Sync(Purchase sale)
    {
        foreach (var part in World.Till(sale.Shop.Till).CoinPayments(sale.Sale.Time))
        {
            if (sale.IsAccepted)
            {
                Truth.HandedOver(part.H.Id.ToString());
            }

            if (part.SW is not null)
            {
                Truth.TookBack(part.H.Id.ToString());
                sale.IsRefunded = true;
            }
        }
    }

    private void SyncAll(ShopEntry shop) => Sales.Where(s => s.Shop == shop).ToList().ForEach(Sync);

    public void Settle(ShopEntry shop, bool tell = true)
    {
        if (shop.Cheats)
        {
            return;
        }

        Try(
            () =>
            {
                var result = SendQueue(shop).AsTask().GetAwaiter().GetResult();
                if (tell && result != new SettlementResult(0, 0, 0, 0))
                {
                    Tell($"{shop.Name} settles: {result.Settled} settled, {result.Guaranteed} guaranteed, {result.Refused} refused, "
                        + $"{result.StillQueued} queued.");
                }
            },
            $"{shop.Name}, settling");
        SyncAll(shop);
    }

    /// <summary>Goes on with what was cut short at a till, or gives it up.</summary>
    public void Resume(Purchase sale, bool giveUp) => Try(() =>
    {
        sale.Card.Card.Reset();
        var till = World.Till(sale.Shop.Till);
        var result = giveUp ? till.Cancel(sale.Sale, sale.Card.Card) : till.Continue(sale.Sale, sale.Card.Card, sale.Card.PaymentPin);
        Note(sale, result, sale.Hand);
    });

    /// <summary>The till's regular visit to the issuer: refunds, voids, hot list.</summary>
    public void Online(ShopEntry shop)
    {
        if (!shop.Cheats)
        {
            Try(() => Visit(shop).AsTask().GetAwaiter().GetResult(), $"{shop.Name}, online");
            SyncAll(shop);
        }
    }

    /// <summary>The shop takes goods back and refunds by the book.</summary>
    public void Refund(Purchase sale)
    {
        if (sale.Shop.Cheats || !sale.IsAccepted || sale.IsRefunded)
        {
            return;
        }

        bool done = Try(() =>
        {
            sale.Card.Card.Reset();
            World.Till(sale.Shop.Till).Refund(sale.Sale.Time, sale.Person.IsRobbed ? null
                : sale.Card.Card, World.TillLink(sale.Shop.Till), default).OrRefuse()
                .AsTask().GetAwaiter().GetResult();
        });
        Sync(sale);
        Tell($"{sale.Shop.Name} takes goods for {Money(sale.Sale.Amount.Minor)} back from {sale.Person.Name} and "
            + $"refunds{(done ? "" : ": not yet")}.");
    }

    /// <summary>The issuer closes a cycle and each bank visits it; whoever is accused hears of it and answers.</summary>
    public void Cycle(bool tell = true)
    {
        RightClocks();
        Try(() => World.Issuer.CloseCycle(), "issuer, closing a cycle");
        Try(() => World.Issuer.Purge(), "issuer, forgetting");
        foreach (string bank in new[] { "bank-1", "bank-2" }.Where(b => World.Clock.GetUtcNow() >= _away.GetValueOrDefault(b)))
        {
            Try(() => (Deceived.GetValueOrDefault(bank) ?? World.Banks.Single(b => b.Name == bank)).Run(default).AsTask().GetAwaiter()
                .GetResult().ThrowIfAny(), $"{bank}, visiting the issuer");
        }

        if (tell)
        {
            Tell("The issuer closes a cycle; the banks book.");
        }

        foreach (string name in RawMessages.Files(World.UserBank).Select(f => f.Name).Distinct())
        {
            if (People.Find(p => p.Name == name) is { Cheats: false } accused)
            {
                Answer(accused);
            }
        }
    }

    /// <summary>An accused holder shows what her card and her wallet hold against it; whose card is gone has only the records.</summary>
    private void Answer(Person accused) => Try(() =>
    {
        if (accused.IsRobbed)
        {
            var certificates = World.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).ToList();
            var kept = WalletTerminal.MakeRebuttal(accused.Records.All, certificates);
            foreach (var file in RawMessages.Files(World.UserBank)
                .Where(f => f.Name == accused.Name && !accused.Rebuttals.ContainsKey(f.Dossier.Coin.ToString())))
            {
                Rebut(accused, file, kept.About(file.Dossier.Coin));
            }

            return;
        }

        accused.Card.Card.Reset();
        var wallet = World.WalletWith(accused.Records);
        foreach (var done in wallet.Rebut(accused.Card.Card, accused.Card.Pin, default).AsTask().GetAwaiter().GetResult())
        {
            // A bank that shows no evidence is shown nothing: whoever judges it is.
            var (notice, rebuttal, stands) = done.Evidence is not null ? done : done with
            {
                Rebuttal = wallet.MakeRebuttal(accused.Card.Card, accused.Card.Pin, default).AsTask().GetAwaiter().GetResult()
                    .About(done.Notice.Coin),
            };
            bool isNews = !accused.Rebuttals.TryGetValue(notice.Coin.ToString(), out var before)
                || before.Voids.Count + before.Dead.Count != rebuttal.Voids.Count + rebuttal.Dead.Count;
            accused.Rebuttals[notice.Coin.ToString()] = rebuttal;
            if (isNews)
            {
                Tell($"{accused.Name} is accused and answers with {rebuttal.Voids.Count} voids and {rebuttal.Dead.Count} dead statements: "
                    + (stands is null ? "no answer." : stands.Value ? "the bank holds on to it." : "the accusation falls."));
            }
        }
    });

    /// <summary>Her wallet copies what the card did, and only then lets it forget.</summary>
    public void Keep(Person person)
    {
        if (!person.IsRobbed)
        {
            Try(() =>
            {
                person.Card.Card.Reset();
                person.Records.Keep(person.Card.Card, person.Card.Pin);
            });
        }
    }

    /// <summary>Copies have no wallet that keeps records.</summary>
    private static WalletRecords? WalletOf(Person person, TownCard card) => card == person.Card ? person.Records : null;

    public void Redeem(Person person, TownCard card)
    {
        Try(() =>
        {
            card.Card.Reset();
            ulong before = Balance(card);
            var results = World.WalletWith(WalletOf(person, card)).Redeem(card.Card, card.Pin, null, default).OrRefuse().AsTask()
                .GetAwaiter()
                .GetResult();
            Tell($"{person.Name} redeems {Money(before)}: {string.Join(" ", results.Select(r => r.Message))}");
        });
        NoteRedemptions(card);
    }

    /// <summary>The issuer is paid like a shop; the holder's account gets it.</summary>
    private void NoteRedemptions(TownCard card) => Try(() =>
    {
        card.Card.Reset();
        foreach (var (_, _, h) in WalletTerminal.ReadPayments(card.Card, card.Pin))
        {
            if (!Shops.Exists(s => World.Till(s.Till).W == h.Till))
            {
                Truth.Signed(h.Id.ToString(), h.Coin.Id.ToString(), Truth.Redemption, h.Paid.ToLedger(), h.Time.ToDate()!.Value,
                    Hand.Owner);
                Truth.Arrived(h.Id.ToString(), World.Clock.GetUtcNow());
            }
        }
    });

    /// <summary>Asks for the money of payments that no shop settled.</summary>
    public void Recover(Person person, TownCard card) => Try(() =>
    {
        card.Card.Reset();
        var results = World.WalletWith(WalletOf(person, card)).Recover(card.Card, card.Pin, null, default).OrRefuse().AsTask().GetAwaiter()
            .GetResult();
        Tell($"{person.Name} asks for what no shop settled: {results.Count(r => r.Done)} of {results.Count} payments come back.");
    });

    public void ReportLost(Person person)
    {
        if (person.Report is { } report && Try(() => World.Wallet.ReportLost(report, default).OrRefuse().AsTask().GetAwaiter().GetResult()))
        {
            Truth.ReportedLost(person.Name, World.Clock.GetUtcNow());
            Tell($"{person.Name} reports the card as lost.");
            person.Report = null;
        }
    }

    public void Purge() => Tell($"The issuer forgets {World.Issuer.Purge()} coins whose terms are over.");

    /// <summary>Time passes. Shops that are diligent settle and fetch the hot list each evening; the banks visit the issuer.</summary>
    public void Wait(TimeSpan span)
    {
        Tell($"{(span.TotalHours < 48 ? span.TotalHours.ToString("0.#", CultureInfo.InvariantCulture) + " hours" : span.TotalDays.ToString("0", CultureInfo.InvariantCulture) + " days")} pass.");
        var end = World.Clock.GetUtcNow() + span;
        if (span > TimeSpan.FromHours(12))
        {
            World.Clock.Advance(TimeSpan.FromHours(6));
            Evening();
        }

        while (World.Clock.GetUtcNow() < end)
        {
            var left = end - World.Clock.GetUtcNow();
            World.Clock.Advance(left > TimeSpan.FromDays(45) ? TimeSpan.FromDays(40) : left);
            if (span > TimeSpan.FromHours(12))
            {
                Evening();
            }
        }
    }

    private void Evening()
    {
        foreach (var shop in Shops.Where(s => !s.Lazy))
        {
            Settle(shop, tell: false);
            Online(shop);
        }

        People.Where(p => !p.Cheats).ToList().ForEach(Keep);
        Cycle(tell: false);
    }
}
