using HierCash.Oracle;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Cheating;

/// <summary>
/// How a history ends: faults end, everybody finishes what was begun, all terms pass, and what can be seen then is told to the oracle.
/// </summary>
internal sealed partial class CheatTown
{
    /// <summary>Ends the history and asks the five questions.</summary>
    public IReadOnlyList<Finding> End()
    {
        Drain();
        Probe();
        var seen = new Observation();
        Standing(seen);

        // Banks forget their files, and with them who was named in one: asked now and at the end.
        Judge(seen);
        Secrets(seen);
        Control();
        Later(World.Options.Terms.DisputeTerm + TimeSpan.FromDays(1), 3);
        Later(World.Options.Terms.DisputeTerm + TimeSpan.FromDays(1), 3);

        // To the end of the last coin's quarter, and of the terms after it; the banks visit in between.
        for (int quarter = 0; quarter < 6; quarter++)
        {
            Later(TimeSpan.FromDays(92), 1);
        }

        World.Issuer.Purge();
        Later(TimeSpan.FromDays(2), 3);
        Standing(seen);
        return TruthOracle.Ask(Truth, Observe(seen));
    }

    private void Later(TimeSpan span, int cycles)
    {
        World.Clock.Advance(span);
        for (int i = 0; i < cycles; i++)
        {
            World.Clock.Advance(TimeSpan.FromHours(2));
            foreach (var shop in Shops)
            {
                Settle(shop, tell: false);
            }

            Cycle(tell: false);
        }
    }

    private void Drain()
    {
        EndFaults();
        for (int round = 0; round < 3; round++)
        {
            World.Clock.Advance(TimeSpan.FromHours(2));
            foreach (var sale in Sales.Where(s => s.IsOpen).ToList())
            {
                // A shop that had its till's key revoked takes nothing at that till any more.
                Resume(sale, giveUp: round > 0 || (sale.Shop == _stand && _isStandRevoked));
            }

            foreach (var shop in Shops)
            {
                Online(shop);
                foreach (var person in People.Where(p => !p.Cheats && !p.IsRobbed && !shop.Cheats))
                {
                    person.Card.Card.Reset();
                    World.Till(shop.Till).ComesBack(person.Card.Card);
                }

                Settle(shop, tell: false);
                SyncAll(shop);
            }

            foreach (var person in People.Where(p => !p.Cheats && !p.IsRobbed))
            {
                Keep(person);
                Try(() => World.Wallet.Resume(person.Card.Card, person.Card.Pin, default).OrRefuse().AsTask().GetAwaiter().GetResult(),
                    $"{person.Name}, resuming");
                TellCoins(person);
                if (round == 0)
                {
                    // Her wallet's next contact: every S_W that her card was given goes to the issuer.
                    Recover(person, person.Card);
                }
                else if (_isDenRevoked)
                {
                    // The till that took her payment back is revoked since: what her card has again, she has redeemed in time
                    // (docs/security.md).
                    Try(() => World.Wallet.Redeem(person.Card.Card, person.Card.Pin, null, default).OrRefuse().AsTask().GetAwaiter()
                        .GetResult(),
                        $"{person.Name}, redeeming");
                }
            }

            Cycle(tell: false);
        }
    }

    /// <summary>After all that: an honest holder still withdraws and pays, and the shop gets it.</summary>
    private void Probe()
    {
        if (Has(CheatKind.Bank) || Has(CheatKind.Issuer))
        {
            return;
        }

        Tell("The probe: Bob withdraws and pays.");
        if (!Withdraw(Bob, 300))
        {
            Trouble["Bob"] = "his withdrawal is not issued.";
        }

        if (Buy(Bob, Bob.Card, Kiosk, 300, Hand.Owner) is null)
        {
            Trouble["Bob's card"] = "it pays no more.";
        }

        Settle(Kiosk, tell: false);
        Cycle(tell: false);
    }

    /// <summary>Who stands still, and what waits; asked when three cycles have run, and at the very end.</summary>
    private void Standing(Observation seen)
    {
        foreach (var (name, says) in Trouble.Where(t => !seen.Stuck.Exists(s => s.Name == t.Key)))
        {
            seen.Stuck.Add((name, says));
        }

        Queues(seen);
    }

    private Observation Observe(Observation seen)
    {
        foreach (var person in People)
        {
            var user = World.UserBank.Accounts.Single(a => a.Name == person.Name).User;
            seen.Accounts[person.Name] = World.UserBank.Statement(user).Sum(b => b.Change);
        }

        foreach (var shop in Shops)
        {
            seen.Accounts[shop.Name] = OnAccount(shop);
        }

        foreach (var bank in World.Banks)
        {
            seen.Claims[bank.Name] = -bank.Audit.Claims;
            seen.Floats[bank.Name] = bank.Audit.Float.ToLedger() + bank.Audit.Unbooked.Float;
            seen.Clearing += bank.Audit.Clearing + bank.Audit.Unbooked.Clearing;
        }

        Judge(seen);
        Secrets(seen);
        return seen;
    }

    /// <summary>Every evidence file, with what its holder showed against it; and what cheaters made up.</summary>
    private void Judge(Observation seen)
    {
        foreach (var file in World.Banks.SelectMany(RawMessages.Files).Concat(Forged))
        {
            string coin = file.Dossier.Coin.ToString();
            var rebuttal = People.Find(p => p.Name == file.Name)?.Rebuttals.GetValueOrDefault(coin);
            var finding = RawMessages.Check(World, file, rebuttal, Shops.Where(s => !s.Cheats).Select(s => World.Till(s.Till)));
            var (accused, name) = finding.Culprit switch
            {
                Culprit.User => (Accused.User, finding.Name),
                Culprit.Shop => (Accused.Shop, Shops.Find(
                    s => finding.Finding.Contains(World.Till(s.Till).W.ToString(), StringComparison.Ordinal))?.Name ?? "a shop"),
                Culprit.Issuer => (Accused.Issuer, SimulatedTown.IssuerName),
                Culprit.Bank => (Accused.Bank, World.Banks.FirstOrDefault(b => b.Id == file.BankKey.Holder)?.Name ?? "a bank"),
                _ => (Accused.Nobody, ""),
            };
            seen.Verdicts.Add(new Oracle.Verdict(coin, file.Name, accused, name, finding.Finding));
        }
    }

    private void Queues(Observation seen)
    {
        var (deltas, unfetched, cases, _) = World.Issuer.Queues;
        seen.Queues.Add(new Waiting("issuer", "sums that no cycle took", deltas, null));
        seen.Queues.Add(new Waiting("issuer", "instructions that no bank fetched", unfetched, null));
        seen.Queues.Add(new Waiting("issuer", "cases that no bank judged", Has(CheatKind.Bank) ? 0 : cases, null));
        foreach (var bank in World.Banks)
        {
            seen.Queues.Add(new Waiting(bank.Name, "withdrawals that did not end", bank.Audit.OpenWithdrawals, null));
            foreach (var parked in bank.Parked)
            {
                seen.Queues.Add(new Waiting(bank.Name, $"instruction of kind {parked.Kind} is parked", 1, parked.Why));
            }
        }

        foreach (var shop in Shops.Where(s => !s.Cheats))
        {
            seen.Queues.Add(new Waiting(shop.Name, "cents still queued", World.Till(shop.Till).Sum(Shop.CoinPaymentState.Queued).ToLedger(),
                null));
            seen.Queues.Add(new Waiting(shop.Name, "payments left open", World.Till(shop.Till).OpenSales.Count, null));
        }
    }
}
