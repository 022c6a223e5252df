using HierCash.Auditor;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Tests.Suite;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R10: nothing grows without bound at somebody's will, and nothing is forgotten that somebody may still need.</summary>
[Parallelizable]
public sealed class ForgettingTests
{
    /// <summary>
    /// A bank asks for 2,000 withdrawals to be refused, each with a tombstone that costs it nothing: the issuer keeps so many and no more,
    /// and serves the others.
    /// </summary>
    [Test, Rule(10)]
    public async Task ABankThatAsksForRefusalsFillsNothing()
    {
        const ulong Cap = 100_000;
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite(), Cap = new Amount(Cap) });
        using var alice = town.User("Alice");
        using var key = town.BankKey("bank-2");
        var link = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        int refused = 0;
        int turnedAway = 0;
        byte[]? first = null;
        for (int i = 0; i < 2000; i++)
        {
            var answer = await link.Call(new WithholdMessage(Request(town, key, i)).ToMessage(), default);
            turnedAway += Refusal.Read(answer)?.Reason == RefusalReason.Unavailable ? 1 : 0;
            refused += answer.As<IssueReply>()?.Answer.Never is not null ? 1 : 0;
            first ??= answer.Body;
        }

        Assert.That((refused, turnedAway), Is.EqualTo((1010, 990)), "1,000, and one for each 100.00 of its cap");
        Assert.That(town.Rows("issuer")["issuance"], Is.EqualTo(1010));
        Assert.That(town.Withdraw(alice, 500).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "the other bank's holders do not notice");

        // Said is said, for as long as a restored bank may ask again; then it goes.
        town.Clock.Advance(town.Options.Terms.BackupMaxAge - TimeSpan.FromHours(1));
        await town.RunCycle();
        Assert.That((await link.Call(new WithholdMessage(Request(town, key, 0)).ToMessage(), default)).Body, Is.EqualTo(first));
        town.Clock.Advance(TimeSpan.FromHours(2));
        await town.RunCycle();
        Assert.That(town.Rows("issuer")["issuance"], Is.EqualTo(1), "Alice's");
        town.AssertSound(alice);
    }

    /// <summary>
    /// A holder orders again and again what the account does not hold: no more than a hundred "never issued", and the neighbours get
    /// theirs.
    /// </summary>
    [Test, Rule(10)]
    public async Task AHolderWhoOrdersWhatIsRefusedTakesNothingFromTheOthers()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory");
        using var bob = town.User("Bob");
        var results = new List<WithdrawalResult>();
        for (int i = 0; i < 104; i++)
        {
            results.Add(town.Withdraw(mallory, 1_000_000));
        }

        Assert.That(town.Rows("issuer")["issuance"], Is.EqualTo(100));
        Assert.That(results[^1].Message, Does.StartWith(
            "Too many withdrawals of this account came to nothing lately. Withdraw again after 2027-02-21"));
        Assert.That(town.Withdraw(bob, 1_000_000).Message, Does.StartWith("The account's balance is too small"),
            "whose slot is free again");
        Assert.That(town.Rows("issuer")["issuance"], Is.EqualTo(101));

        // What the card began meanwhile waits, and ends once the account may withdraw again.
        town.Clock.Advance(TimeSpan.FromDays(91));
        await town.RunCycle();
        Assert.That(await town.Wallet.Resume(mallory.Card, mallory.Pin, default).OrRefuse(),
            Is.Not.Empty.And.All.Property("Outcome").EqualTo(WithdrawalOutcome.Refused));
        Assert.That((mallory.Pending(), town.Withdraw(mallory, 500).Outcome), Is.EqualTo((0, WithdrawalOutcome.Issued)));
        town.AssertSoundAfterCycle(mallory, bob);
    }

    /// <summary>
    /// A shop submits coins that nobody issued, with a stolen coin key: one alarm a coin, not one a message, and of many coins one for the
    /// rest.
    /// </summary>
    [Test, Rule(10)]
    public async Task AShopThatSubmitsUnknownCoinsRaisesOneAlarmForEach()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        string till = town.AddTill("Friend");
        using var stolen = town.CoinKey;
        using var holder = town.Options.Suite.GenerateKey();
        var coin = Unknown(town, stolen, holder, 0);
        for (int round = 0; round < 20; round++)
        {
            await town.Submit(till, [.. Enumerable.Range(1, 3).Select(seq => Signed(town, holder, coin, (ushort)seq, till))]);
        }

        Assert.That(town.Issuer.Alarms.Single(), Is.EqualTo(("unknown coin", coin.Id.ToString(), 60L, Timestamp.Now(town.Clock))));
        await town.Submit(till, [.. Enumerable.Range(1, 1100)
            .Select(tm => Signed(town, holder, Unknown(town, stolen, holder, (ushort)tm), 1, till))]);
        Assert.That(town.Rows("issuer")["alarm"], Is.EqualTo(1001));
        Assert.That(town.Rows("issuer")["history"], Is.Zero);
        town.Clock.Advance(TimeSpan.FromDays(91));
        await town.RunCycle();
        Assert.That(town.Rows("issuer")["alarm"], Is.Zero);
    }

    /// <summary>
    /// Whoever has a coin's key signs without end, and a shop that is a friend submits it all: the history keeps enough to convict, and no
    /// more.
    /// </summary>
    [Test, Rule(10)]
    public async Task AnExtractedKeyFillsNoHistory()
    {
        var kept = new KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = kept });
        string till = town.AddTill("Friend");
        using var mallory = town.User("Mallory", 5000);
        var coin = mallory.Coins().Single().Coin;
        using var key = kept.SecretOf(coin.NU);
        await town.Submit(till, [.. Enumerable.Range(1, 1400).Select(seq => Signed(town, key, coin, (ushort)seq, till, 5000))]);
        Assert.That(town.Rows("issuer")["history"], Is.LessThanOrEqualTo(HistoryLimit + 2), "settled, guaranteed, and what got nothing");
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Name, Is.EqualTo("Mallory"));
    }

    /// <summary>
    /// Mallory's friend settles a coin and a thousand cents beyond it, copies pay at two honest shops that settle a day later, and the
    /// friend takes all of his back. What comes free is the honest shops', and the case stands: no shop's rows take the place of another's,
    /// and what is not kept is not said to wait.
    /// </summary>
    [Test, Rule(10), Rule(2)]
    public async Task AFriendsCentsTakeNoOtherShopsPlace()
    {
        var kept = new KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = kept });
        string friend = town.AddTill("Friend");
        string[] honest = [town.AddTill("Cafe"), town.AddTill("Kiosk")];
        using var mallory = town.User("Mallory", 5000);
        var coin = mallory.Coins().Single().Coin;
        using var key = kept.SecretOf(coin.NU);
        CashPayment[] cents = [Signed(town, key, coin, 1, friend, 5000),
            .. Enumerable.Range(100, 200).Select(seq => Signed(town, key, coin, (ushort)seq, friend, 1))];
        var answers = await town.Submit(friend, cents);
        Assert.That(answers.Skip(1 + 65).Select(a => a.Verdict), Is.All.EqualTo(Verdict.Cancelled), "what is not kept is not said to wait");
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        var sold = honest.Select((till, i) => Signed(town, key, coin, (ushort)(2 + i), till, 5000)).ToList();
        town.Clock.Advance(TimeSpan.FromHours(25));
        for (int i = 0; i < honest.Length; i++)
        {
            Assert.That((await town.Submit(honest[i], sold[i])).Single().Share.Waiting.Minor, Is.EqualTo(5000));
        }

        await town.RunCycle();
        using var till = town.TillKey(friend);
        Assert.That(cents.Count(h => RawMessages.Reverse(town.TillLink(friend), till, h)), Is.EqualTo(cents.Length));
        await town.LetDaysPass(40);
        Assert.That((town.ShopAccount("Friend").Minor, town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor),
            Is.EqualTo((0UL, 5000UL, 0UL)));
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(100_000 - 5000));
        Assert.That(town.UserBank.Cases.Single().Fell, Is.Null, "10,000 stand, of 5,000");
    }

    /// <summary>
    /// Virtual years of withdrawals, payments, refusals and redemptions: the stores of issuer and bank end as large as they were, and
    /// audits know what went.
    /// </summary>
    [Test, Rule(10)]
    public async Task StoresStayBoundedOverTheYears()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-years-").FullName;
        try
        {
            using var town = Towns.Make(with: o =>
                o with { Suite = new BclSuite(), Cap = new Amount(50_000), Terms = new SchemeParameters { LifetimeQuarters = 1 } });
            using var seen = Database.OpenMemory(AuditRun.SeenSchema);
            using var records = Database.OpenMemory(WalletRecords.Schema);
            string till = town.AddTill("Cafe");
            string kiosk = town.AddTill("Kiosk");
            using var alice = town.User("Alice");
            using var mallory = town.User("Mallory");
            var sizes = new List<(long Issuer, long UserBank, long ShopBank)>();
            for (int week = 1; week <= 130; week++)
            {
                Assert.That(town.Withdraw(alice, 300).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
                Assert.That(town.Pay(till, alice, 200).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
                await town.Settle(till);
                await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse();
                Assert.That(town.Withdraw(alice, 10_000_000).Outcome, Is.EqualTo(WithdrawalOutcome.Refused), "more than the account holds");
                Assert.That(town.Withdraw(alice, 60_000).Outcome, Is.EqualTo(WithdrawalOutcome.Reversed), "more than the bank's cap");
                new WalletRecords(records).Keep(alice.Card, alice.Pin);
                if (week % 26 == 8)
                {
                    await Overspend(town, mallory, till, kiosk, isRebutted: week > 52);
                }

                await town.RunCycle();
                town.Clock.Advance(TimeSpan.FromDays(7));
                if (week % 26 == 0)
                {
                    sizes.Add((Size(town, "issuer"), Size(town, "bank-1"), Size(town, "bank-2")));
                    Assert.That(TownAudit.RunQuiet(town), Is.Empty);
                    Assert.That(Audit(town, folder, week, seen), Is.Empty);
                }
            }

            TestContext.Out.WriteLine($"rows after each half year: {string.Join("; ", sizes)}");
            Assert.Multiple(() =>
            {
                // Two cycles of coins are between a year and a half and two and a half.
                Assert.That(sizes[4].Issuer, Is.InRange(sizes[2].Issuer * 0.8, sizes[2].Issuer * 1.2), "issuer");
                Assert.That(sizes[4].UserBank, Is.InRange(sizes[2].UserBank * 0.8, sizes[2].UserBank * 1.2), "users' bank");
                Assert.That(sizes[4].ShopBank, Is.InRange(sizes[2].ShopBank * 0.8, sizes[2].ShopBank * 1.2), "shops' bank");
            });

            // Five cases, of which the first three are older than any term; what was claimed for them is still accounted for.
            var cases = town.Rows("bank-1");
            Assert.That((cases["evidence"], cases["notice"], cases["rebuttal"], cases["void_message"]), Is.EqualTo((2L, 2L, 2L, 2L)));
            Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-800));

            // What is carried forward cannot be changed without that being found.
            foreach (var (books, sql) in new[]
            {
                ("issuer", "UPDATE forgotten SET amount = amount + 5 WHERE what = 'instruction' AND kind = 1"),
                    ("issuer", "DELETE FROM instruction WHERE rowid = (SELECT min(rowid) FROM instruction)"),
                ("issuer", "UPDATE forgotten SET digest = randomblob(32) WHERE what = 'statement'"),
                ("bank-1", "UPDATE forgotten SET amount = amount + 5 WHERE what = 'withdrawal' AND kind = 0"),
                ("bank-1", "UPDATE forgotten SET times = times + 1 WHERE what = 'withdrawal' AND kind = 1"),
                ("bank-1", "UPDATE forgotten SET amount = amount + 5 WHERE what = 'case'"),
                ("bank-1", "DELETE FROM withdrawal WHERE rowid = (SELECT min(rowid) FROM withdrawal)"),
                ("bank-1", "DELETE FROM booked_transfer WHERE number = (SELECT min(number) FROM booked_transfer)"),
                ("bank-2", "UPDATE forgotten SET amount = amount + 5 WHERE what = 'transfer'"),
                ("bank-1", "DELETE FROM audit_statement WHERE number = (SELECT min(number) FROM audit_statement)"),
            })
            {
                Assert.That(Audit(town, folder, 0, null, books, sql), Is.Not.Empty.And.All.StartWith(books), sql);
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// A bank that was away for long fetches old instructions; it may be restored from before, and they are there until such a backup is
    /// too old.
    /// </summary>
    [Test]
    public async Task WhatABankHasFetchedLateIsKeptForItsBackup()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 1000);
        town.Pay(till, alice, 400);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        for (int day = 0; day < 100; day++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            town.Issuer.CloseCycle();
        }

        Assert.That((town.Rows("issuer")["instruction"], town.Rows("issuer")["audit_statement"]), Is.EqualTo((2, 202)),
            "nobody fetched them");
        await town.RunCycle();
        await town.RunCycle();
        for (int day = 0; day < 95; day++)
        {
            Assert.That(town.Rows("issuer")["instruction"], Is.EqualTo(day <= 90 ? 2 : 0), $"day {day}");
            town.Clock.Advance(TimeSpan.FromDays(1));
            await town.RunCycle();
        }

        Assert.That(town.Rows("issuer")["audit_statement"], Is.LessThan(202));
        town.AssertSound(alice);
    }

    /// <summary>
    /// A card that missed the answer comes back after all terms with the same E_I: nothing is booked twice, its slot is free, and it
    /// withdraws anew.
    /// </summary>
    [TestCase(60_000UL)]
    [TestCase(10_000UL)]
    public async Task ACardThatComesBackAfterAllTermsLosesNothing(ulong minor)
    {
        bool loses = true;
        using var town = Towns.Make(with: o => o with
        {
            Cap = new Amount(50_000), Terms = new SchemeParameters { LifetimeQuarters = 1 },
            Faults = (from, _, message) => loses && from == SimulatedTown.WalletName && message.Type == MessageType.Withdraw
                ? LinkFault.LoseReply : LinkFault.None,
        });
        using var alice = town.User("Alice");
        Assert.That(() => town.Withdraw(alice, minor), Throws.TypeOf<LinkException>());
        loses = false;
        using var bob = town.User("Bob");
        for (int month = 0; month < 16; month++)
        {
            // The newest row stays in any case.
            Assert.That(town.Withdraw(bob, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
            town.Clock.Advance(TimeSpan.FromDays(30));
            await town.RunCycle();
        }

        Assert.That(town.Account(alice).Minor, Is.EqualTo(100_000), "reversed, or returned after the coin's terms");
        var resumed = (await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Single();
        Assert.That((resumed.Outcome, alice.Pending()), Is.EqualTo((WithdrawalOutcome.Refused, 0)), resumed.Message);
        Assert.That(town.Withdraw(alice, 500).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That(town.Account(alice).Minor, Is.EqualTo(99_500));
        town.AssertSoundAfterCycle(alice, bob);
    }

    private const long HistoryLimit = 64;

    /// <summary>A copy pays 4.00 beyond its coin; what it shows against that, if anything, is the shop's signature under a void.</summary>
    private static async Task Overspend(SimulatedTown town, TownCard mallory, string till, string other, bool isRebutted)
    {
        Assert.That(town.Withdraw(mallory, 1000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        using var copy = mallory.Clone();
        Assert.That(town.Pay(till, mallory, 1000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        var excess = town.Pay(other, copy, 400);
        Assert.That(excess.Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        await town.Settle(till);
        await town.Settle(other);
        await town.RunCycle();
        if (isRebutted)
        {
            var h = excess.Payments.Single();
            using var key = town.TillKey(other);
            var statement = VoidStatement.Sign(key, h);
            Assert.That(((await town.UserBank.Rebut(h.Coin.Id, new Rebuttal([statement], [], []), default)).OrRefuse()).IsProven, Is.False);
        }
    }

    private static long Size(SimulatedTown town, string party) =>
        town.Rows(party).Where(t => !t.Key.StartsWith("ledger", StringComparison.Ordinal)).Sum(t => t.Value);

    private static List<string> Audit(SimulatedTown town, string folder, int week, Database? seen, string? books = null, string sql = "")
    {
        string copy = Directory.CreateDirectory(Path.Combine(folder, $"{week}-{Directory.GetDirectories(folder).Length}")).FullName;
        foreach (string party in new[] { "issuer", "bank-1", "bank-2" })
        {
            town.Export(party, Path.Combine(copy, party + ".db"));
        }

        if (books is not null)
        {
            using var connection = new SqliteConnection(
                $"Data Source={Path.Combine(copy, books + ".db")};Pooling=false;Foreign Keys=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.That(command.ExecuteNonQuery(), Is.GreaterThan(0), sql);
        }

        return [.. AuditRun.Run(
            Path.Combine(copy, "issuer.db"), [("bank-1", Path.Combine(copy, "bank-1.db")), ("bank-2", Path.Combine(copy, "bank-2.db"))],
            town.Scheme.Root, town.Options.Suite, seen).OrRefuse()
            .Findings.Select(f => f.ToString())];
    }

    private static IssueRequest Request(SimulatedTown town, ISigningKey bank, int n)
    {
        var ei = new byte[CoinRequest.EncipheredSize];
        BitConverter.GetBytes(n).CopyTo(ei, 0);
        var key = WithdrawalTests.PE(town).Id;
        var now = Timestamp.Now(town.Clock);
        var request = new IssueRequest(town.ShopBank.Id, new Amount(100), Currency.Eur, key, ei, now, []);
        return request with { Signature = bank.Sign(
            SignedMessage.IssueRequest(request.Bank, request.FaceValue, request.Currency, key, request.Request, now)) };
    }

    private static Coin Unknown(SimulatedTown town, ISigningKey coinKey, ISigningKey holder, ushort tm)
    {
        var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, new PartyId(1), coinKey.PublicKey.Id, new Amount(5000), Currency.Eur,
            tm, Quarter.Of(Timestamp.Now(town.Clock)).Plus(4));
        var coin = new Coin(terms, holder.PublicKey.Compress(), []);
        return coin with { SI = coinKey.Sign(coin.Message) };
    }

    private static CashPayment Signed(SimulatedTown town, ISigningKey holder, Coin coin, ushort seq, string till, ulong y = 100)
    {
        var time = new Timestamp(Timestamp.Now(town.Clock).Microseconds + seq);
        var unsigned = new CashPayment(coin, seq, new Amount(5000), time, town.Till(till).W, new Amount(y), []);
        return unsigned with { SU = holder.Sign(unsigned.Message) };
    }
}
