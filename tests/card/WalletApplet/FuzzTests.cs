using System.Diagnostics;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Instructions;

/// <summary>Raw and structured random APDUs on the runtime and the wallet, in process.</summary>
[Parallelizable]
public sealed class FuzzTests
{
    private const int Apdus = 500_000;
    private const int VisitEvery = 250;
    private const int CheckEvery = 20_000;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>Each is answered with a status word of the specification, soon; the card's money adds up all along.</summary>
    [Test]
    public void AMillionApdusAreAnsweredAndTheMoneyAddsUp()
    {
        var known = new[] { typeof(StatusWord), typeof(Protocol.WalletStatus) }.SelectMany(t => t.GetFields())
            .Where(f => f.IsStatic).Select(f => ((StatusWord)f.GetValue(null)!).Value).ToHashSet();
        known.Remove(StatusWord.InternalError.Value);
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        using var card = town.User("Alice", 5000, 2000, 1000);
        var random = new SeededRandom(1_000_000);
        var kept = new Dictionary<(CoinId Coin, ushort Seq), Amount>();
        var templates = Templates(town, card);
        var response = new byte[65538];
        var seen = new SortedDictionary<ushort, int>();
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < Apdus; i++)
        {
            if (i % VisitEvery == 0)
            {
                Visit(card, kept);
            }

            if (i % CheckEvery == 0)
            {
                AssertSound(card, kept, i);
                Visit(card, kept);
            }

            byte[] apdu = random.Next(4) == 0 ? Raw(random) : Mutated(random, templates[random.Next(templates.Count)]);
            long started = Stopwatch.GetTimestamp();
            int length = card.Card.Transmit(apdu, response);
            var took = Stopwatch.GetElapsedTime(started);
            slowest = took > slowest ? took : slowest;
            ushort status = (ushort)((response[length - 2] << 8) | response[length - 1]);
            Assert.That(known.Contains(status) || (status & 0xFFF0) == 0x63C0
                || status >> 8 == 0x61, $"{Convert.ToHexString(apdu)}: {status:X4}");
            seen[status] = seen.GetValueOrDefault(status) + 1;
        }

        TestContext.Out.WriteLine($"{Apdus} APDUs, {seen.Count} different status words, slowest {slowest.TotalMilliseconds:0} ms");
        Assert.That(slowest, Is.LessThan(Slow));
        Assert.That(seen, Has.Count.GreaterThan(30));
        Visit(card, kept);
        AssertSound(card, kept, Apdus);
        Assert.That(kept, Has.Count.GreaterThan(64), "random commands pay, too");
    }

    /// <summary>Per coin: x and all that it ever signed make X, and seq counts them.</summary>
    private static void AssertSound(TownCard card, Dictionary<(CoinId Coin, ushort Seq), Amount> kept, int after)
    {
        card.Card.Reset();
        foreach (var (coin, x, seq) in card.Coins())
        {
            var spent = kept.Where(k => k.Key.Coin == coin.Id).ToList();
            Assert.That(spent.Aggregate(x, (sum, k) => sum + k.Value), Is.EqualTo(coin.Terms.FaceValue), $"after {after} APDUs");
            Assert.That(spent, Has.Count.EqualTo(seq));
        }
    }

    /// <summary>The holder: unblocks the PIN, keeps a copy of the log, shows the PIN.</summary>
    private static void Visit(TownCard card, Dictionary<(CoinId Coin, ushort Seq), Amount> kept)
    {
        card.Card.Reset();
        var wallet = new WalletCard(card.Card);
        wallet.Select();
        wallet.UnblockPin(card.Puk, card.Pin);
        foreach (var (_, payment, coin) in card.Log())
        {
            kept[(coin, payment.Seq)] = payment.Paid;
        }

        // The card then drops the oldest; without this it would drop what a random ACKNOWLEDGE LOG picked, unseen.
        wallet.Verify(card.Pin);
        wallet.Verify(card.PaymentPin, PinRole.Payment);
        for (byte i = 0; i < HierCash.Card.Wallet.WalletApplet.LogSize; i++)
        {
            wallet.AcknowledgeLog(i, wallet.ReadLog(i).Content);
        }
    }

    private static List<byte[]> Templates(SimulatedTown town, TownCard card)
    {
        var key = town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key.Id;
        var till = new TillId(Id16.Read(new byte[16]));
        var time = new Timestamp(1795424460000001);
        var coin = card.Coins()[0].Coin;
        return
        [
            Apdu<SelectCommand, SelectReply>(new SelectCommand(SelectCommand.Wallet)),
            Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Holder, Pin.ToBlock(card.Pin))),
            Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfHolder(Pin.ToBlock(card.Pin), Pin.ToBlock(card.Pin))),
            Apdu<GetStatusCommand, StatusReply>(default),
            Apdu<PersonaliseCommand, PersonaliseReply>(
                new PersonaliseCommand(town.Scheme.Root.Bytes.ToArray(), new PartyId(1), Currency.Eur, new Amount(10000), default)),
            Apdu<PutCertificateCommand, NoReply>(new PutCertificateCommand(town.Scheme.Certificates[0])),
            Apdu<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, new Amount(900), Currency.Eur, key)),
            Apdu<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.Again, 3, default, default, default)),
            Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(3, time)),
            Apdu<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(1, time)),
            Apdu<FinishWithdrawalCommand, NoReply>(new FinishWithdrawalCommand(3, new byte[CashAnswer.EncipheredSize])),
            Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Payment, Pin.ToBlock(card.PaymentPin))),
            Apdu<BeginActivationCommand, PukReply>(new BeginActivationCommand(ActivationCode.Parse("01234567890123456789")!)),
            Apdu<GetNonceCommand, NonceReply>(default),
            Apdu<SetBackCommand, NoReply>(new SetBackCommand(default, new byte[64])),
            Apdu<GetCashCommand, CashReply>(new GetCashCommand(time, new Amount(1), Currency.Eur)),
            Apdu<PayCommand, PayReply>(PayCommand.Fast(time, till, new Amount(1), Currency.Eur)),
            Apdu<PayCommand, PayReply>(PayCommand.Claim(time, till, new Amount(1), Currency.Eur)),
            Apdu<ConfirmCommand, NoReply>(new ConfirmCommand(coin.Id, 1)),
            Apdu<VoidCommand, NoReply>(new VoidCommand(coin.Id, 1, town.Scheme.Root.Bytes.ToArray(), new byte[64])),
            Apdu<GetCoinCommand, CoinReply>(new GetCoinCommand(0)),
            Apdu<GetBalanceCommand, BalanceReply>(default),
            Apdu<ReadLogCommand, LogReply>(new ReadLogCommand(0)),
            [0x00, 0xC0, 0x00, 0x00, 0x00],
        ];
    }

    private static byte[] Apdu<TCommand, TReply>(TCommand command)
        where TCommand : ICardCommand<TCommand, TReply>
        where TReply : class
    {
        var apdu = new byte[CommandApdu.MaxShortLength];
        return apdu[..command.Write(apdu)];
    }

    private static byte[] Raw(SeededRandom random)
    {
        int[] lengths = [0, 1, 2, 4, 5, 6, 20, 261, 600];
        var apdu = new byte[lengths[random.Next(lengths.Length)]];
        random.Fill(apdu);
        return apdu;
    }

    private static byte[] Mutated(SeededRandom random, byte[] template)
    {
        var apdu = new List<byte>(template);
        for (int times = random.Next(4); times > 0 && apdu.Count > 0; times--)
        {
            int at = random.Next(apdu.Count);
            switch (random.Next(6))
            {
                case 0:
                    apdu[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    apdu[at] = (byte)random.Next(256);
                    break;
                case 2:
                    apdu.RemoveAt(at);
                    break;
                case 3:
                    apdu.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    apdu.RemoveRange(at, apdu.Count - at);
                    break;
                default:
                    apdu.AddRange(Raw(random));
                    break;
            }
        }

        return [.. apdu];
    }
}
