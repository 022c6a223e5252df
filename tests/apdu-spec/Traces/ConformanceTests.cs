using static HierCash.Tests.Traces.Ladders;

namespace HierCash.Tests.Traces;

/// <summary>
/// The traces "conformance-*": every status word of every command in its order of precedence. After a change:
/// HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter FullyQualifiedName~ConformanceTests, and commit them.
/// </summary>
[Parallelizable]
public sealed class ConformanceTests
{
    private const ushort Eur = 978;
    private const ushort Usd = 840;

    private static readonly Dictionary<string, Func<TraceScript>> Scripts = new()
    {
        ["blank"] = Blank, ["pin"] = PinLadders.Pins, ["personalise"] = PinLadders.Personalise, ["activation"] = PinLadders.Activation,
            ["set-back"] = PinLadders.SettingBack,
        ["withdrawal"] = Withdrawal, ["payment"] = Payment, ["without-pin"] = WithoutPin,
        ["receipts"] = Receipts, ["reading"] = Reading, ["log-full"] = MoreLadders.LogFull, ["forgotten"] = MoreLadders.Forgotten,
        ["frozen"] = MoreLadders.Frozen, ["exhausted"] = MoreLadders.Exhausted,
        ["lengths"] = MoreLadders.Lengths, ["spent"] = MoreLadders.Spent, ["keys"] = PinLadders.ManyKeys,
    };

    public static IEnumerable<string> Names => Scripts.Keys;

    [TestCaseSource(nameof(Names))]
    public void TheTraceIsWhatTheSpecificationSays(string name)
    {
        string file = Repository.PathOf("apdu-spec", "traces", $"conformance-{name}.apdu");
        using var script = Scripts[name]();
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            File.WriteAllText(file, script.ToString());
        }

        Assert.That(File.ReadAllText(file), Is.EqualTo(script.ToString()));
    }

    private static TraceScript Blank()
    {
        var t = new TraceScript("blank", "A blank card: what nobody may do yet, and the order of what every command refuses first.");
        t.Note("Nothing is selected: that comes before class, instruction and all else but length and class byte.");
        foreach (var (name, sound, _) in OfMoney())
        {
            t.Send(WrongParameters(sound), "6999", name);
        }

        t.Send([0x80, 0x12, 0xFE, 0xFE, 1, 0xFF], "6999", "PERSONALISE");
        t.Send([0x80, 0x16, 0xFE, 0xFE, 1, 0xFF], "6999", "BEGIN ACTIVATION");
        t.Send([0x80, 0x18, 0xFE, 0xFE, 1, 0xFF], "6999", "FINISH ACTIVATION");
        t.Send([0x80, 0x1A, 0xFE, 0xFE, 1, 0xFF], "6999", "GET NONCE");
        t.Send([0x80, 0x1C, 0xFE, 0xFE, 1, 0xFF], "6999", "SET BACK");
        t.Send([0x80, 0x10, 0xFE, 0xFE], "6999", "GET STATUS");
        t.Send([0x00, 0x20, 0xFE, 0xFE, 1, 0xFF], "6999", "VERIFY");
        t.Send([0x80, 0xEE, 0xFE, 0xFE], "6999", "an instruction that there is not");
        t.Send([0x40, 0x10, 0, 0], "6881", "another channel");
        t.Send([0x04, 0x10, 0, 0], "6882", "secure messaging");
        t.Send([0xFF, 0x10, 0, 0], "6E00", "a class that ISO reserves");
        t.Send([0xFF, 0x10, 0, 0, 9], "6E00", "and Le");
        t.Note("SELECT: P2, length, AID.");
        byte[] longAid = [.. Enumerable.Repeat((byte)0xF1, 17)];
        t.Send([0x00, 0xA4, 0x04, 0x01, 17, .. longAid, 0], "6A86", "P2, and 17 bytes");
        t.Send([0x00, 0xA4, 0x04, 0x00, 17, .. longAid, 0], "6700", "17 bytes of an AID that is not there");
        t.Send([0x00, 0xA4, 0x04, 0x00, 5, .. longAid.AsSpan(0, 5), 0], "6A82", "an AID that is not there");
        t.Send(Select, "9000", "the wallet");
        t.Send([0x00, 0xA4, 0x04, 0x02, 5, 0xF0, 0x48, 0x49, 0x45, 0x52, 0], "6A82", "next occurrence: there is no further one");
        t.Send([0x00, 0xA4, 0x04, 0x00, 5, 0xF0, 0x48, 0x49, 0x45, 0x52, 0], "9000", "by the left part of its AID");
        t.Note("Class, instruction; then P1 and P2, then the data field, then that the card is blank.");
        t.Send([0xC0, 0x10, 0xFE, 0xFE], "6881");
        t.Send([0xA0, 0x10, 0xFE, 0xFE], "6E00");
        t.Send([0x80, 0xEE, 0xFE, 0xFE], "6D00");
        t.Send([0x00, 0xEE, 0xFE, 0xFE], "6D00");
        foreach (var (name, sound, malformed) in OfMoney())
        {
            t.Send(WrongParameters(sound), "6A86", name);
            t.Send(WrongData(sound), malformed);
            t.Send(sound, "6985");
        }

        t.Note("Nor has it a PIN, a PUK, or a code.");
        t.Send(Verify("0000"), "6985");
        t.Send(RightPaymentPin, "6985");
        t.Send(Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfHolder(Block("0000"), Block("1111"))), "6985");
        t.Send(Apdu<UnblockPinCommand, NoReply>(new UnblockPinCommand(Block("00000000"), Block("1111"))), "6985");
        t.Send(Apdu<BeginActivationCommand, PukReply>(new BeginActivationCommand(Code)), "6985");
        t.Send(FinishActivation(Block("00000000"), "1111", "0000"), "6985");
        t.Send(Apdu<GetNonceCommand, NonceReply>(default), "6985");
        t.Send(SetBack(default, new byte[64]), "6985");
        t.Note("GET STATUS answers always.");
        t.Send([0x80, 0x10, 0, 1, 1, 0], "6A86");
        t.Send([0x80, 0x10, 0, 0, 1, 0], "6700");
        t.Send([0x80, 0x10, 0, 0, 0], "9000");
        return t;
    }

    private static TraceScript Withdrawal()
    {
        var t = new TraceScript("withdrawn", "BEGIN, AUTHORISE, FINISH and RELEASE WITHDRAWAL, RENOUNCE ORDER.");
        byte[] Authorise(byte slot) => Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(slot, Date));
        var coin = Key("coin");
        byte[] nonsense = new byte[CashAnswer.EncipheredSize];
        t.Send(Select, "9000");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 0, Usd, Nobody), "6982");
        t.Send(Begin(WithdrawalMode.Again, 16, 0, Usd, Nobody), "6982");
        t.Send(Authorise(16), "6982");
        t.Send(Renounce(0), "6982");
        t.Send(RightPin, "9000");
        t.Send([0x80, 0x20, 4, 0, 1, 0xFF], "6A86");
        t.Send([0x80, 0x20, 3, 1, 1, 0xFF], "6A86", "P2 with P1 03");
        t.Send([0x80, 0x20, 0, 1, 1, 0xFF], "6A86", "P2 with P1 00");
        t.Send([0x80, 0x20, 2, 16, 1, 0xFF], "6700", "P1 02 has no data field");
        t.Send([0x80, 0x20, 1, 16, 1, 0xFF], "6A80");
        t.Send(Begin(WithdrawalMode.Again, 16, 0, Usd, Nobody), "6A88");
        t.Send(Begin(WithdrawalMode.Again, 0, 0, Usd, Nobody), "6985");
        t.Send(Authorise(16), "6A88");
        t.Send(Authorise(15), "6985", "nothing was begun here");
        t.Send(Authorise(0), "9000", "an active coin: its order again, under its number (rule R27)");
        t.Send([0x80, 0x28, 1, 0, 1, 0xFF], "6A86");
        t.Send([0x80, 0x28, 0, 0, 1, 0xFF], "6A80");
        t.Send(Renounce(0), "6A88", "numbers begin with 1");
        t.Send(Renounce(3), "6A88", "not given yet");
        t.Send(Renounce(1), "6985", "the coin in slot 0 still shows it");

        t.Note("Two coins under one key: only the one with TM 0 hands out further TM.");
        var ei = BeginWithdrawalCommand.ParseReply(t.Send(Begin(WithdrawalMode.SameKey, 0, 900, Eur, PE), "9000"))!;
        byte same = ei.Slot;
        t.Send(Begin(WithdrawalMode.Again, same, 0, 0, default), "9000", "E_I again");
        t.Send([0x80, 0x40, same, 0, 0], "9000", "not ordered yet");
        t.Send(Authorise(same), "9000", "order 3");
        t.Send(Authorise(same), "9000", "again, under the same number");
        t.Send(Renounce(3), "6985", "it can be shown");
        t.Send([0x80, 0x24, same, 1, 1, 0xFF], "6A86");
        t.Send([0x80, 0x24, 16, 0, 1, 0xFF], "6A80");
        t.Send([0x80, 0x22, 16, 1, 1, 0xFF], "6A86");
        t.Send([0x80, 0x22, 16, 0, 1, 0xFF], "6A80");
        t.Send(Finish(16, nonsense), "6A88");
        t.Send(Finish(0, nonsense), "6985", "an active coin, and no E_K of it");
        t.Send(Finish(same, nonsense), "9416", "no E_K");
        t.Send(Finish(same, Answer(ei.EI, Key("bank"), Nobody)), "9418", "a key that the card does not know, and not signed by it");
        t.Send(Finish(same, Answer(ei.EI, Key("bank"), coin.PublicKey.Id)), "9416", "not signed by PS_I");
        byte[] answer = Answer(ei.EI, coin, coin.PublicKey.Id);
        t.Send(Finish(same, answer), "9000");
        t.Send(Finish(same, answer), "9000", "again");
        t.Send([0x80, 0x40, same, 0, 0], "9000");

        t.Note("Without a key: SS_U has to be in E_K, and in no other E_K (hole 14).");
        var without = BeginWithdrawalCommand.ParseReply(t.Send(Begin(WithdrawalMode.IssuerKey, 0, 900, Eur, PE), "9000"))!;
        t.Send(Finish(without.Slot, Answer(without.EI, coin, coin.PublicKey.Id)), "9416", "no SS_U");
        t.Send(Finish(without.Slot, AnswerWithKey(without.EI, coin, said: false)), "9416", "the coin hides that the issuer made its key");
        byte[] keyed = AnswerWithKey(without.EI, coin);
        t.Send(Finish(without.Slot, keyed), "9000");
        t.Send(Finish(without.Slot, keyed), "9000", "again");
        t.Send(Begin(WithdrawalMode.SameKey, without.Slot, 900, Eur, PE), "6985", "no further coin under such a key");

        t.Note("All slots are taken.");
        byte last = 0;
        byte[] lastEI = [];
        for (int i = 4; i < 16; i++)
        {
            var begun = BeginWithdrawalCommand.ParseReply(t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "9000"))!;
            (last, lastEI) = (begun.Slot, begun.EI);
        }

        t.Send(Authorise(last), "9000", "order 4");

        t.Send(Begin(WithdrawalMode.SameKey, last, 0, Usd, Nobody), "9410");
        t.Send(Begin(WithdrawalMode.SameKey, last, 900, Usd, Nobody), "9412");
        t.Send(Begin(WithdrawalMode.SameKey, last, 900, Eur, Nobody), "9418");
        t.Send(Begin(WithdrawalMode.SameKey, last, 900, Eur, PE), "6A88", "the slot holds no coin");
        t.Send(Begin(WithdrawalMode.SameKey, same, 900, Eur, PE), "6985", "TM is not 0");
        t.Send(Begin(WithdrawalMode.SameKey, 0, 900, Eur, PE), "6A84");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "6A84");

        t.Note("RELEASE: only on the issuer's word, and of this very request.");
        var request = new WithdrawalId(Digest.Of(lastEI));
        var other = new WithdrawalId(Digest.Of("another"u8));
        var bank = Key("bank");
        t.Send([0x80, 0x26, 16, 1, 1, 0xFF], "6A86");
        t.Send([0x80, 0x26, 16, 0, 1, 0xFF], "6A80");
        t.Send(Release(16, Never(other, new PartyId(9), bank)), "6A88");
        t.Send(Release(0, Never(other, new PartyId(9), bank)), "6985", "an active coin");
        t.Send(Release(last, Never(other, new PartyId(9), bank)), "6985", "another request");
        t.Send(Release(last, Never(request, new PartyId(9), bank)), "9418");
        t.Send(Release(last, Never(request, IssuerId, bank)), "9416");
        var never = Never(request, IssuerId, Key("statement"));
        t.Send(Release(last, never), "9000");
        t.Send(Release(last, never), "9000", "again");
        t.Send([0x80, 0x40, last, 0, 0], "9000", "free");
        t.Send(Authorise(last), "6985");
        t.Send(Renounce(4), "9000", "nobody can show it any more");
        return t;
    }

    private static TraceScript Payment()
    {
        var t = new TraceScript("withdrawn", "GET CASH and PAY.");
        var time = Date;
        Timestamp After(int seconds) => time.Plus(TimeSpan.FromSeconds(seconds));
        var expired = new Quarter(235).End;
        t.Send(Select, "9000");
        t.Send(WrongParameters(GetCash(0, Usd)), "6A86");
        t.Send(WrongData(GetCash(0, Usd)), "6A80");
        t.Send(GetCash(0, Usd), "9410");
        t.Send(GetCash(7001, Usd), "9412");
        t.Send(GetCash(7001, Eur), "6982", "more than the limit without PIN, and than there is");
        t.Send(GetCash(1, Eur, expired), "941E", "at that TIME all coins have expired");
        t.Send(Pay(expired, 1, Eur), "941E", "and pay nothing");
        t.Send([0x80, 0x32, 3, 0, 1, 0xFF], "6A86");
        t.Send([0x80, 0x32, 0, 0, 1, 0xFF], "6A80");
        t.Send(PayAgain(time, 0, Usd), "6A88", "nothing of this was signed");
        t.Send(PayClaim(time, 0, Usd, right: false), "9413", "no e, no amount, no such currency");
        t.Send(PayClaim(time, 0, Usd, right: true), "9410");
        t.Send(Pay(time, 0, Usd), "9410");
        t.Send(Pay(time, 7001, Usd), "9412");
        t.Send(Pay(time, 7001, Eur), "6982", "more than the limit without PIN, and than there is");
        t.Send(PayClaim(time, 7000, Eur, right: true), "6982", "more than the limit without PIN, and no coin was shown");
        t.Send(PayClaim(time, 1250, Eur, right: true), "6985", "no coin was shown");
        t.Send(Pay(time, 1250, Eur), "9000", "12.50, from the smaller coin");
        t.Send(Pay(time, 1250, Eur), "9000", "again: the stored bytes");
        t.Send(PayAgain(time, 1250, Eur), "9000", "and so");
        t.Send(GetCash(100, Eur), "9000");
        t.Send(PayClaim(After(1), 800, Eur, right: true), "6985", "another coin was shown");
        t.Send(PayClaim(After(1), 100, Eur, right: true), "9000");
        t.Send(Select, "9000");
        t.Send(PayClaim(After(1), 100, Eur, right: false), "9000", "again, with its coin: neither e nor a shown coin is wanted");
        t.Send(PayClaim(After(2), 100, Eur, right: true), "6985", "the shown coin is forgotten");
        t.Send(GetCash(100, Eur), "9000");
        t.Send(GetCash(0, Eur), "9410", "a GET CASH that is refused");
        t.Send(PayClaim(After(2), 100, Eur, right: true), "6985", "takes away what was shown before");
        t.Send(RightPin, "9000", "the holder PIN");
        t.Send(Pay(After(3), 5650, Eur), "6982", "does not lift the limit");
        t.Send([0x80, 0x42, 0, 0, 0], "9000", "56.50");
        t.Send(RightPaymentPin, "9000");
        t.Send(GetCash(5651, Eur), "9411");
        t.Send(Pay(After(3), 5651, Eur), "9411");
        t.Send(Pay(After(3), 5650, Eur), "9000", "all that is left: 50.00 of it");
        t.Send(Pay(After(3), 650, Eur), "9000", "and the rest");
        t.Send(Pay(After(3), 5650, Eur), "9000", "each again");
        t.Send(GetCash(1, Eur), "9411");
        t.Send([0x80, 0x40, 0, 0, 0], "9000", "closed");
        return t;
    }

    /// <summary>Rules R11 and R13: what goes without the payment PIN.</summary>
    private static TraceScript WithoutPin()
    {
        var t = new TraceScript("withdrawn",
            "Without the payment PIN: 16 payments, whatever becomes of them; and a redemption wants the holder PIN.");
        t.Send(Select, "9000");
        for (int i = 0; i < 15; i++)
        {
            var time = Date.Plus(TimeSpan.FromSeconds(i));
            var h = H(t.Send(Pay(time, 1, Eur), "9000"), time, 1);
            t.Send(Void(h.Coin.Id, h.Seq, Till, Till.Sign(SignedMessage.Void(h.Id, W))), "9000");
        }

        var last = Date.Plus(TimeSpan.FromSeconds(15));
        t.Send(Pay(last, 4986, Eur), "6982", "what came back counts for the limit");
        t.Send(Pay(last, 4985, Eur), "9000", "the sixteenth, up to the limit");
        t.Send(Pay(last, 4985, Eur), "9000", "again");
        t.Send(GetCash(1, Eur), "6982");
        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(16)), 1, Eur), "6982");
        t.Send(RightPaymentPin, "9000");
        t.Send(Select, "9000", "a correct payment PIN begins anew");
        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(16)), 1, Eur), "9000");
        t.Send(Close(0), "6982", "a redemption, without the holder PIN");
        t.Send(RightPaymentPin, "9000");
        t.Send(Close(0), "6982", "nor is the payment PIN enough");
        t.Send(Apdu<PayCommand, PayReply>(PayCommand.Fast(
            Date.Plus(TimeSpan.FromSeconds(17)), Derivations.W(Key("root").PublicKey), new Amount(0), Currency.Eur)), "6985", "W0");
        t.Send(RightPin, "9000");
        t.Send(Close(0), "9000");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "one payment of 0.01: a redemption counts for neither");
        return t;
    }

    private static TraceScript Receipts()
    {
        var t = new TraceScript("withdrawn", "CONFIRM, VOID and RESTORE.");
        t.Send(Select, "9000");
        var h = H(t.Send(Pay(Date, 1250, Eur), "9000"), Date, 1250);
        var later = Date.Plus(TimeSpan.FromSeconds(1));
        var second = H(t.Send(Pay(later, 300, Eur), "9000"), later, 300);
        t.Send(Confirm(h.Coin.Id, 9), "6A88");
        t.Send(Confirm(h.Coin.Id, h.Seq), "9000");
        t.Send(Confirm(h.Coin.Id, h.Seq), "9000", "again");

        var sw = Till.Sign(SignedMessage.Void(h.Id, W));
        t.Send(Void(h.Coin.Id, 9, Key("bank"), sw), "6A88");
        t.Send(Void(h.Coin.Id, h.Seq, Key("bank"), Key("bank").Sign(SignedMessage.Void(h.Id, W))), "9416", "a key whose hash is not W");
        t.Send(Void(h.Coin.Id, h.Seq, Till, Till.Sign(SignedMessage.Void(second.Id, W))), "9416", "S_W of another payment");
        t.Send(Void(h.Coin.Id, h.Seq, Till, sw), "9000");
        t.Send(Void(h.Coin.Id, h.Seq, Till, sw), "9000", "again, and nothing more comes back");
        t.Send(Pay(Date, 1250, Eur), "9417", "its S_U never leaves again");

        byte[] Restore(NonSettlementStatement s) => Apdu<RestoreCommand, NoReply>(new RestoreCommand(s));
        var good = NonSettlementStatement.Sign(Key("statement"), IssuerId, second, DeathBasis.TermOver, later);
        t.Send(Restore(good with { Issuer = new PartyId(9), Seq = 9 }), "6A88");
        t.Send(Restore(good with { Issuer = new PartyId(9) }), "9418");
        t.Send(Restore(good with { Y = new Amount(301) }), "9416");
        t.Send(Restore(NonSettlementStatement.Sign(Key("statement"), IssuerId, second with { Time = Date }, DeathBasis.TermOver, later)),
            "9416", "rightly signed, of another payment under the same coin and seq");
        t.Send(Restore(new NonSettlementStatement(
            IssuerId, second.Id, second.Coin.Id, second.Seq, new Amount(301), DeathBasis.TermOver, later, Key("statement").Sign(
            SignedMessage.Dead(IssuerId, second.Id, second.Coin.Id, second.Seq, new Amount(301), DeathBasis.TermOver, later)))), "9416",
            "rightly signed, of this payment and another amount");
        t.Send(Restore(good), "9000");
        t.Send(Restore(good), "9000", "again");
        t.Send(RightPin, "9000");
        t.Send([0x80, 0x42, 0, 0, 0], "9000", "70.00");
        t.Send([0x80, 0x44, 0, 0, 0], "9000", "on the till's word");
        t.Send([0x80, 0x44, 1, 0, 0], "9000", "on the issuer's word");
        var third = later.Plus(TimeSpan.FromSeconds(1));
        var next = H(t.Send(Pay(third, 1, Eur), "9000", "seq goes on"), third, 1);
        t.Note("What is acknowledged as it is stays so when the shop says OK, and not when it takes the payment back (rule R13).");
        var content = ReadLogCommand.ParseReply(t.Send(ReadLog(2), "9000"))!.Content;
        t.Send(Acknowledge(2, content), "9000");
        t.Send(Confirm(next.Coin.Id, next.Seq), "9000");
        t.Send(Acknowledge(2, content), "9000", "the same content");
        t.Send(ReadLog(2), "9000", "confirmed and acknowledged");
        t.Send(Void(next.Coin.Id, next.Seq, Till, Till.Sign(SignedMessage.Void(next.Id, W))), "9000");
        t.Send(ReadLog(2), "9000", "not acknowledged any more");
        t.Send(Acknowledge(2, content), "941B", "it was another entry");
        var fourth = third.Plus(TimeSpan.FromSeconds(1));
        var redeemed = CloseCommand.ParseReply(
            t.Send(Close(next.Coin.Id == h.Coin.Id ? (byte)0 : (byte)1, fourth), "9000", "a redemption"))!;
        t.Send(Select, "9000");
        t.Send(Confirm(redeemed.Coin!.Id, redeemed.Seq), "6982", "without the holder PIN");
        t.Send(RightPaymentPin, "9000");
        t.Send(Confirm(redeemed.Coin!.Id, redeemed.Seq), "6982", "nor is the payment PIN enough");
        t.Send(RightPin, "9000");
        t.Send(Confirm(redeemed.Coin!.Id, redeemed.Seq), "9000");
        return t;
    }

    private static TraceScript Reading()
    {
        var t = new TraceScript("paid", "What is private, and what the holder reads: every state of slots and log entries.");
        t.Send(Select, "9000");
        (byte Ins, byte Last)[] indexed = [(0x40, 16), (0x44, 64)];
        foreach (var (ins, last) in indexed)
        {
            t.Send([0x80, ins, last, 1, 1, 0], "6A86");
            t.Send([0x80, ins, last, 0, 1, 0], "6700");
            t.Send([0x80, ins, last, 0, 0], "6982");
        }

        t.Send([0x80, 0x46, 64, 1, 1, 0], "6A86");
        t.Send([0x80, 0x46, 64, 0, 1, 0xFF, 0], "6A80");
        t.Send(Acknowledge(64, default), "6982");
        byte[] lost = Apdu<AuthoriseLostCardCommand, SignatureReply>(new AuthoriseLostCardCommand(Date));
        t.Send(WrongParameters(lost), "6A86");
        t.Send(WrongData(lost), "6A80");
        t.Send(lost, "6982");
        t.Send([0x80, 0x42, 0, 1, 1, 0], "6A86");
        t.Send([0x80, 0x42, 0, 0, 1, 0], "6700");
        t.Send([0x80, 0x42, 0, 0, 0], "6982");
        t.Send(RightPaymentPin, "9000", "a till's PIN opens nothing of it");
        t.Send([0x80, 0x42, 0, 0, 0], "6982");
        t.Send(ReadLog(0), "6982");
        t.Send(Acknowledge(0, default), "6982");
        t.Send(lost, "6982");
        t.Send(RightPin, "9000");
        foreach (var (ins, last) in indexed)
        {
            t.Send([0x80, ins, last, 0, 0], "6A88");
        }

        t.Send(Acknowledge(64, default), "6A88");
        t.Send(Acknowledge(3, default), "6A88", "a free entry");
        for (byte slot = 0; slot < 4; slot++)
        {
            t.Send([0x80, 0x40, slot, 0, 0], "9000");
        }

        for (byte entry = 0; entry < 4; entry++)
        {
            t.Send([0x80, 0x44, entry, 0, 0], "9000");
        }

        var content = ReadLogCommand.ParseReply(t.Send(ReadLog(0), "9000"))!.Content;
        t.Send(Acknowledge(0, default), "941B", "not what the entry holds");
        t.Send(Acknowledge(0, content), "9000");
        t.Send(Acknowledge(0, content), "9000", "again");
        t.Send([0x80, 0x44, 0, 0, 0], "9000", "confirmed and acknowledged");
        t.Send([0x80, 0x42, 0, 0, 0], "9000");
        t.Send([0x80, 0x10, 0, 0, 0], "9000");
        t.Send(lost, "9000");
        return t;
    }
}
