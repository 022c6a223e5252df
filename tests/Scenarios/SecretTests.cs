using System.Text;

namespace HierCash.Tests.Scenarios;

/// <summary>Hole 21: what must never get out, and what must be gone.</summary>
[Parallelizable]
public sealed class SecretTests
{
    /// <summary>Everything random that a town drew: secret keys and seeds among it.</summary>
    private sealed class RecordingRandom(IRandomSource inner) : IRandomSource
    {
        public List<byte[]> Drawn { get; } = [];

        public void Fill(Span<byte> bytes)
        {
            inner.Fill(bytes);
            Drawn.Add(bytes.ToArray());
        }
    }

    [Test, Hole(21)]
    public void TheCardErasesKOnceTheCoinIsStored()
    {
        var random = new RecordingRandom(new SeededRandom(1));
        using var town = Towns.Make(with: o => o with { Suite = new BouncyCastleSuite(random) });
        using var card = town.User("Alice");
        int before = random.Drawn.Count;
        town.Withdraw(card, 5000);
        var drawn = random.Drawn.Skip(before).Where(d => d.Length == 32).ToList();
        Assert.That(drawn, Has.Count.EqualTo(2), "SS_U and the seed");
        int[] held = drawn.Select(d => card.Card.Image.Bytes.IndexOf(d)).ToArray();
        Assert.That(held[0], Is.GreaterThan(0), "SS_U stays: the scan finds what is there");
        Assert.That(held[1], Is.EqualTo(-1), "the seed, from which K, is gone from every cell, the undo log's too");
    }

    /// <summary>Power goes at every cell of FINISH WITHDRAWAL: the coin is there at last, and K is gone at last.</summary>
    [Test, Hole(21), Hole(7)]
    public void ATornFinishEndsWithTheCoinAndWithoutK()
    {
        var random = new RecordingRandom(new SeededRandom(1));
        using var town = Towns.Make(with: o => o with { Suite = new BouncyCastleSuite(random) });
        using var original = town.User("Alice");
        var (slot, ek) = UpToAnswer(town, original);
        var seed = random.Drawn.Last(d => d.Length == 32);
        Assert.That(original.Card.Image.Bytes.IndexOf(seed), Is.GreaterThan(0), "needed until then");
        for (int cut = 0; ; cut++)
        {
            using var card = original.Clone();
            card.Card.CutPowerAfter(cut, Card.Runtime.TornCell.Garbage);
            bool completed = TryFinish(card, slot, ek);
            card.Card.Reset();
            Assert.That(TryFinish(card, slot, ek), $"cut {cut}: the repeat succeeds");
            Assert.That(card.Balance().Minor, Is.EqualTo(5000));
            Assert.That(card.Card.Image.Bytes.IndexOf(seed), Is.EqualTo(-1), $"cut {cut}");
            if (completed)
            {
                Assert.That(cut, Is.GreaterThan(40));
                break;
            }
        }
    }

    /// <summary>
    /// The same in the image file, byte for byte: cells, undo log, and both places of its redo records, of which each is longer or shorter
    /// than the one before it. Power goes somewhere in every other withdrawal. Twelve coins, and payments that close some.
    /// </summary>
    [Test, Rule(32), Hole(21)]
    public void NeitherSeedNorKStaysInTheImageFile()
    {
        var random = new RecordingRandom(new SeededRandom(1));
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        string path = Path.Combine(folder, "alice.card");
        try
        {
            using var town = Towns.Make(with: o => o with { Suite = new Suite.SeededSuite(random) });
            string till = town.AddTill("Cafe");
            using var alice = TownCard.Make("Alice", town.Options.Suite, Card.Runtime.PowerImage.Create(path));
            town.OpenAccount(alice, new Amount(100_000));
            var gone = new List<byte[]>();
            for (int coin = 0; coin < 6; coin++)
            {
                var (slot, ek) = UpToAnswer(town, alice);
                var seed = random.Drawn.Last(d => d.Length == 32);
                int cells = alice.Card.Image.Bytes.Length + 64;
                Assert.That(Bytes(path).AsSpan().IndexOf(seed), Is.InRange(0, cells), "needed until then");
                Assert.That(Holds(Bytes(path).AsSpan(cells), seed), Is.False,
                    $"coin {coin}: the record that wrote it to the cells is erased with the next one");
                if (coin % 2 == 1)
                {
                    alice.Card.CutPowerAfter(coin * 17, Card.Runtime.TornCell.Garbage);
                    TryFinish(alice, slot, ek);
                    alice.Card.Reset();
                }

                Assert.That(TryFinish(alice, slot, ek));
                gone.AddRange([seed, K(seed, mac: false)[..16], K(seed, mac: true)]);
                Assert.That(Left(), Is.Empty, $"coin {coin}");
                Assert.That(town.Pay(till, alice, 5000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
                Assert.That(Left(), Is.Empty, $"coin {coin}, spent");
            }

            // Opened anew, in both ways.
            alice.Card.Dispose();
            Assert.That(Left(), Is.Empty, "closed");
            Card.Runtime.PowerImage.Open(path).Dispose();
            Assert.That(Left(), Is.Empty, "opened for power");
            Card.Runtime.ProcessImage.Open(path).Dispose();
            Assert.That(Left(), Is.Empty, "opened for a process");

            IEnumerable<int> Left()
            {
                var file = Bytes(path);
                return gone.Select((s, i) => (s, i)).Where(g => Holds(file, g.s)).Select(g => g.i).ToList();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// What an older version, or a host that lost power between two writes, has left in a redo record is gone once the image is opened.
    /// </summary>
    [Test, Rule(32), Hole(21)]
    public void WhatAnOlderRecordHoldsIsGoneOnceTheImageIsOpened()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        string path = Path.Combine(folder, "old.card");
        try
        {
            long place;
            using (var image = Card.Runtime.PowerImage.Create(path))
            using (var card = new Card.Runtime.EmulatedCard(image))
            {
                // The end of the first place: a header of 24 bytes, then 36 for each line of 32 bytes.
                place = 64 + image.Bytes.Length + 24 + (image.Bytes.Length / 32 * 36);
            }

            var secret = Encoding.ASCII.GetBytes("the seed of a coin of last year.");
            using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
            {
                file.Position = place - secret.Length;
                file.Write(secret);
            }

            Assert.That(Bytes(path).AsSpan().IndexOf(secret), Is.GreaterThan(0));
            Card.Runtime.PowerImage.Open(path).Dispose();
            Assert.That(Bytes(path).AsSpan().IndexOf(secret), Is.EqualTo(-1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// A redo record is of lines of 32 bytes with their numbers between: of what lies across two of them one half is whole.
    /// </summary>
    private static bool Holds(ReadOnlySpan<byte> file, ReadOnlySpan<byte> secret) =>
        file.IndexOf(secret[..(secret.Length / 2)]) >= 0 || file.IndexOf(secret[(secret.Length / 2)..]) >= 0;

    /// <summary>The whole file, also while a card holds it.</summary>
    private static byte[] Bytes(string path)
    {
        // The card's lock is one of this runtime's: another program reads past it.
        using var cat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        cat.StandardOutput.BaseStream.CopyTo(bytes);
        cat.WaitForExit();
        return bytes.ToArray();
    }

    private static byte[] K(byte[] seed, bool mac) => System.Security.Cryptography.SHA256.HashData(SignedMessage.CashKey(seed, mac));

    /// <summary>No secret in any message, APDU, log line or store where it does not belong.</summary>
    [Test, Hole(21)]
    public async Task NoSecretGetsOut()
    {
        var random = new RecordingRandom(new SeededRandom(1));
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make(with: o => o with { Suite = new BouncyCastleSuite(random), Directory = folder });
            string till = town.AddTill("Cafe");
            int parties = random.Drawn.Count;
            using var card = town.User("Alice");
            var trace = new TracingChannel(card.Card);
            await town.Wallet.Withdraw(trace, card.Pin, new Amount(5000), default);
            town.Till(till).Pay(trace, new Amount(1250));
            await town.Settle(till);
            await town.RunCycle();
            var scan = new PrivacyScan(town);
            var apdus = trace.Apdus.SelectMany(a => a.Command.Concat(a.Response)).ToArray();
            foreach (var secret in random.Drawn.Skip(parties).Where(d => d.Length == 32))
            {
                Assert.That(apdus.AsSpan().IndexOf(secret), Is.EqualTo(-1), "a card's secret crossed the reader");
                foreach (string party in town.PartyNames.Append(SimulatedTown.WalletName))
                {
                    Assert.That(party == SimulatedTown.WalletName ? [] : scan.Find(party, "a card's secret", secret), Is.Empty);
                    Assert.That(town.Records.Wire.Any(m => m.Frame.AsSpan().IndexOf(secret) >= 0), Is.False);
                }
            }

            foreach (var secret in random.Drawn.Take(parties).Where(d => d.Length == 32))
            {
                Assert.That(town.Records.Wire.Any(m => m.Frame.AsSpan().IndexOf(secret) >= 0), Is.False, "a party's key on the wire");
                Assert.That(town.PartyNames.Count(p => town.StoreBytes(p).AsSpan().IndexOf(secret) >= 0), Is.LessThanOrEqualTo(1));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void APinIsNeverInAStringOfOurs()
    {
        const string Digits = "73519";
        var block = Pin.ToBlock(Digits);
        Assert.That(new VerifyCommand(PinRole.Holder, block).ToString() + ChangePinCommand.OfHolder(block, block)
            + ChangePinCommand.OfPayment(block) + new UnblockPinCommand(block, block)
            + new FinishActivationCommand(block, block, block) + new PukReply(block), Does.Not.Contain(Digits));
        var code = ActivationCode.Parse(string.Concat(Enumerable.Repeat("7351", 5)))!;
        Assert.That(code.ToString() + new BeginActivationCommand(code), Does.Not.Contain("7351"));
        Assert.That(() => Pin.ToBlock("73519x"), Throws.ArgumentException.With.Message.Not.Contain(Digits));
        var request = new CoinRequest(Encoding.ASCII.GetBytes("a seed of thirty-two bytes......"), new Amount(1), Currency.Eur, 0, [], []);
        Assert.That(request.ToString(), Does.Not.Contain("seed"));
    }

    /// <summary>What each party must never hold (protocol: Parties), over stores, logs and messages.</summary>
    [Test]
    public async Task NobodyGetsToKnowWhatIsNotTheirs()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make(with: o => o with { Directory = folder });
            string till = town.AddTill("Cafe");
            using var card = town.User("Alice Allister", 5000);
            town.Pay(till, card, 1250);
            await town.Settle(till);
            await town.RunCycle();
            var coin = card.Coins().Single().Coin;
            var account = town.UserBank.Accounts.Single();
            var scan = new PrivacyScan(town);
            Assert.Multiple(() =>
            {
                foreach (var bank in town.Banks)
                {
                    Assert.That(scan.FindNU(bank.Name, coin), Is.Empty);
                    Assert.That(scan.Find(bank.Name, "S_I", coin.SI), Is.Empty);
                    Assert.That(scan.Find(bank.Name, "the coin id", coin.Id.Value.ToArray()), Is.Empty);
                    Assert.That(scan.Find(bank.Name, "W", town.Till(till).W.Value.ToArray()), Is.Empty);
                }

                foreach (string party in new[] { SimulatedTown.IssuerName, till })
                {
                    Assert.That(scan.Find(party, "U", account.User.Value.ToArray()), Is.Empty);
                    Assert.That(scan.Find(party, "the account key", account.Key.X), Is.Empty);
                    Assert.That(scan.Find(party, "the name", Encoding.UTF8.GetBytes(account.Name)), Is.Empty);
                }

                Assert.That(scan.FindNU(SimulatedTown.IssuerName, coin), Is.Not.Empty, "the scan finds what is there");
                Assert.That(scan.Find("bank-1", "U", account.User.Value.ToArray()), Is.Not.Empty);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (byte Slot, byte[] EK) UpToAnswer(SimulatedTown town, TownCard card)
    {
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(card.Pin);
        var status = client.GetStatus().Private!;
        var key = WithdrawalTests.PE(town);
        var begun = client.BeginWithdrawal(new Amount(5000), Currency.Eur, key.Id);
        var now = Timestamp.Now(town.Clock);
        var signed = client.AuthoriseWithdrawal(begun.Slot, now);
        var order = new WithdrawalOrder(status.User, status.Bank, new Amount(5000), Currency.Eur, key.Id, begun.EI, signed.Number, now,
            signed.Signature);
        var reply = town.UserBank.Handle(
            LinkPeer.Wallet, new WithdrawMessage(order).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        return (begun.Slot, reply.As<WithdrawReply>()!.Answer.EK!);
    }

    private static bool TryFinish(TownCard card, byte slot, byte[] ek)
    {
        try
        {
            var client = new WalletCard(card.Card);
            client.Select();
            return client.FinishWithdrawal(slot, ek).IsSuccess;
        }
        catch (HierCash.Iso7816.CardChannelException)
        {
            return false;
        }
    }
}
