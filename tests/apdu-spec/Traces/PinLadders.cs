using static HierCash.Tests.Traces.Ladders;

namespace HierCash.Tests.Traces;

/// <summary>The conformance traces of PINs, PUK, activation and what comes before it (rules R11 and R12).</summary>
internal static class PinLadders
{
    private static readonly byte[] Letters = [.. "ABCD"u8, 0xFF, 0xFF, 0xFF, 0xFF];

    public static TraceScript Pins()
    {
        var t = new TraceScript("personalised", "VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.");
        t.Send(Select, "9000");
        byte[] Change(string old, string next) => Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfHolder(Block(old), Block(next)));
        byte[] ChangePayment(string next) => Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfPayment(Block(next)));
        foreach (var (ins, p1, p2) in new (byte, byte, byte)[] { (0x24, 0, 0x82), (0x2C, 0, 0x82) })
        {
            t.Send([0x00, ins, p1, 0x80, 1, 0xFF], "6A86");
            t.Send([0x00, ins, p1, 0x81, 1, 0xFF], "6A86", "not of the payment PIN");
            t.Send([0x00, ins, p1, p2, 1, 0xFF], "6700");
            t.Send([0x00, ins, p1, p2, 16, .. Letters, .. Letters], "6A80");
        }

        t.Send([0x00, 0x24, 1, 0x82, 1, 0xFF], "6A86", "the holder PIN without the old one");
        t.Send([0x00, 0x24, 1, 0x81, 1, 0xFF], "6700");
        t.Send([0x00, 0x24, 1, 0x81, 8, .. Letters], "6A80");
        t.Send(ChangePayment("4711"), "6982", "the payment PIN, without the holder PIN");
        t.Send([0x00, 0x20, 0x00, 0x80, 1, 0xFF], "6A86");
        t.Send([0x00, 0x20, 0x00, 0x81, 1, 0xFF], "6700");
        t.Send([0x00, 0x20, 0x00, 0x81, 8, .. Letters], "6A80");

        t.Note("Two PINs, two counters.");
        t.Send([0x00, 0x20, 0x00, 0x81], "63C3", "asking");
        t.Send([0x00, 0x20, 0x00, 0x82], "63C3");
        t.Send(Verify("9999", PinRole.Payment), "63C2");
        t.Send([0x00, 0x20, 0x00, 0x82], "63C3");
        t.Send(RightPaymentPin, "9000");
        t.Send([0x00, 0x20, 0x00, 0x81], "9000", "asking");
        t.Send([0x00, 0x20, 0x00, 0x82], "63C3", "the one is not the other");
        t.Send(ChangePayment("4711"), "6982", "nor does it change itself");
        for (int left = 2; left >= 0; left--)
        {
            t.Send(Verify("0000", PinRole.Payment), $"63C{left}", "the holder PIN in the payment PIN's place");
        }

        t.Send(RightPaymentPin, "6983");
        t.Send([0x00, 0x20, 0x00, 0x81], "6983");
        t.Send(RightPin, "9000", "the holder PIN gives the payment PIN its tries back");
        t.Send([0x00, 0x20, 0x00, 0x81], "63C3");
        t.Send(RightPaymentPin, "9000");

        t.Note("Changing: never one for both.");
        t.Send(ChangePayment("0000"), "6A80", "that is the holder PIN");
        t.Send(ChangePayment("2222"), "9000");
        t.Send([0x00, 0x20, 0x00, 0x81], "63C3", "the new PIN has to be given");
        t.Send(Change("9999", "4711"), "63C2");
        t.Send(Change("0000", "2222"), "6A80", "that is the payment PIN");
        t.Send(Change("0000", "4711"), "9000");
        t.Send([0x00, 0x20, 0x00, 0x82], "63C3", "the new PIN has to be given");
        for (int left = 2; left >= 0; left--)
        {
            t.Send(Verify("9999"), $"63C{left}");
        }

        t.Note("Blocked: length and digits come first.");
        t.Send([0x00, 0x20, 0x00, 0x82, 8, .. Letters], "6A80");
        t.Send(Verify("4711"), "6983");
        t.Send([0x00, 0x20, 0x00, 0x82], "6983");
        t.Send(Change("4711", "0000"), "6983");
        byte[] puk = Block(Card.Wallet.FixtureCard.Puk);
        byte[] Reset(byte[] code, string next) => Apdu<UnblockPinCommand, NoReply>(new UnblockPinCommand(code, Block(next)));
        t.Send(Reset(Block("1234"), "0000"), "63C9");
        t.Send(Reset(puk, "2222"), "6A80", "that is the payment PIN");
        t.Send(Reset(puk, "0000"), "9000");
        t.Send(RightPin, "9000");
        for (int left = 9; left >= 0; left--)
        {
            t.Send(Reset(Block("1234"), "0000"), $"63C{left:X}");
        }

        t.Send([0x00, 0x2C, 0x00, 0x82, 16, .. Letters, .. Letters], "6A80");
        t.Send(Reset(puk, "0000"), "6983", "the PUK is blocked: only the bank helps");
        t.Send([0x80, 0x10, 0, 0, 0], "9000");
        return t;
    }

    public static TraceScript Personalise()
    {
        var t = new TraceScript("blank", "PERSONALISE and PUT CERTIFICATE.");
        t.Send(Select, "9000");
        byte[] Command(byte[] root, uint bank, Digest code) => Apdu<PersonaliseCommand, PersonaliseReply>(
            new PersonaliseCommand(root, new PartyId(bank), Currency.Eur, new Amount(5000), code));
        byte[] noPoint = [4, .. new byte[64]];
        byte[] root = Key("root").PublicKey.Bytes.ToArray();
        t.Send(WrongParameters(Command(root, 1, Code.Hash)), "6A86");
        t.Send(WrongData(Command(root, 1, Code.Hash)), "6A80");
        t.Send(Command(noPoint, 0x101, Code.Hash), "6A80", "the root key is no point");
        t.Send(Command(root, 0x101, Code.Hash), "9000");
        t.Send(Command(root, 0x101, Code.Hash), "9000", "the same again");
        t.Send(Command(root, 0x101, default), "9417", "another activation code");
        t.Send(Command(noPoint, 0x102, Code.Hash), "9417", "other data, and no point");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "not activated");
        byte[] Put(KeyCertificate certificate) => Apdu<PutCertificateCommand, NoReply>(new PutCertificateCommand(certificate));
        var known = Certificate(Key("root"), KeyUsage.IssuerCoin, "coin");
        t.Send(Put(known), "9000");
        for (int i = 0; i < 8; i++)
        {
            using var more = Crypto.GenerateKey();
            t.Send(Put(KeyCertificate.Issue(Key("root"), KeyUsage.IssuerCoin, IssuerId, Date, Date, more.PublicKey)), "9000");
        }

        t.Note("A further key takes the place of the one that came longest ago (rule R15). Banks: only the card's own.");
        t.Send(Put(Certificate(Key("bank"), KeyUsage.Bank, "bank")), "6A80", "another bank's, and not signed by the root key");
        t.Send(Put(Certificate(Key("bank"), KeyUsage.IssuerCoin, "till")), "9416", "not signed by the root key");
        t.Send(Put(KeyCertificate.Issue(Key("root"), KeyUsage.Bank, new PartyId(0x101), Date, Date, Key("bank").PublicKey)), "9000",
            "its own bank's");
        t.Send(Put(known), "9000");
        t.Send(Put(known), "9000", "known already");
        return t;
    }

    public static TraceScript Activation()
    {
        var t = new TraceScript("issued", "A card that is personalised and not activated; BEGIN and FINISH ACTIVATION.");
        byte[] Start(string code) => Apdu<BeginActivationCommand, PukReply>(new BeginActivationCommand(ActivationCode.Parse(code)!));
        t.Send(Select, "9000");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "not activated");
        foreach (var (name, sound, _) in OfHolder())
        {
            t.Send(sound, "9419", name);
        }

        t.Send(RightPin, "9419");
        t.Send(RightPaymentPin, "9419");
        t.Send(Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfHolder(Block("0000"), Block("4711"))), "9419");
        t.Send(Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfPayment(Block("4711"))), "9419");
        t.Send(Apdu<UnblockPinCommand, NoReply>(new UnblockPinCommand(Block("00000000"), Block("4711"))), "9419");
        t.Send(WrongParameters(Start(Card.Wallet.FixtureCard.Code)), "6A86");
        t.Send([0x80, 0x16, 0, 0, 5, 0xDF, 0x71, 2, 0x30, 0x30, 0], "6A80", "not 20 digits");
        t.Send(SetBack(Code.Hash, new byte[64]), "9417", "it waits for this code since its personalisation");
        t.Send(Start("99999999999999999999"), "941C");
        t.Send(FinishActivation(Block("12345678"), "1111", "0000"), "6985", "no PUK was shown");
        byte[] wrong = PukReply.Decode(t.Send(Start(Card.Wallet.FixtureCard.Code), "9000"))!.Block;
        t.Send(WrongParameters(FinishActivation(wrong, "1111", "0000")), "6A86");
        t.Send(WrongData(FinishActivation(wrong, "1111", "0000")), "6A80");
        t.Send(FinishActivation(wrong, "0000", "0000"), "6A80", "one PIN for both");
        t.Send(FinishActivation(Block("1234"), "1111", "0000"), "941D", "not the PUK that was shown");
        t.Send(FinishActivation(wrong, "1111", "0000"), "6985", "too late: begin again");
        byte[] puk = PukReply.Decode(t.Send(Start(Card.Wallet.FixtureCard.Code), "9000", "another PUK"))!.Block;
        t.Send(Select, "9000");
        t.Send(FinishActivation(puk, "1111", "0000"), "6985", "in another selection");
        puk = PukReply.Decode(t.Send(Start(Card.Wallet.FixtureCard.Code), "9000"))!.Block;
        t.Send(FinishActivation(puk, "1111", "0000"), "9000");
        t.Send(FinishActivation(puk, "1111", "0000"), "9417");
        t.Send(Start("99999999999999999999"), "9417", "activated, and not its code");
        t.Send(RightPin, "9000");
        t.Send([0x80, 0x10, 0, 0, 0], "9000");
        t.Send(Apdu<UnblockPinCommand, NoReply>(new UnblockPinCommand(puk, Block("4711"))), "9000");
        return t;
    }

    public static TraceScript SettingBack()
    {
        var t = new TraceScript("withdrawn",
            "GET NONCE and SET BACK: a blocked PUK, and only a blocked one, goes back to a new activation code; the coins stay.");
        var next = ActivationCode.Parse("98765432109876543210")!;
        byte[] nonce = Apdu<GetNonceCommand, NonceReply>(default);
        var bank = new PartyId(0x101);
        t.Send(Select, "9000");
        t.Send(Pay(Date, 100, 978), "9000", "1.00, without the payment PIN");
        t.Send(RightPin, "9000");
        var user = GetStatusCommand.ParseReply(t.Send([0x80, 0x10, 0, 0, 0], "9000"))!.Private!.User;
        byte[] Signed(byte[] over, string key, ActivationCode? code = null) =>
            Key(key).Sign(SignedMessage.SetBack(bank, over, user, (code ?? next).Hash));
        byte[] Nonce() => NonceReply.Decode(t.Send(nonce, "9000"))!.Nonce;
        t.Send([0x80, 0x1A, 0xFE, 0xFE, 1, 0xFF], "6A86");
        t.Send([0x80, 0x1A, 0, 0, 1, 0xFF, 0], "6700");
        t.Send(WrongParameters(SetBack(next.Hash, new byte[64])), "6A86");
        t.Send(WrongData(SetBack(next.Hash, new byte[64])), "6A80");
        t.Send(SetBack(Code.Hash, new byte[64]), "9417", "the code that was used, and the PUK is not blocked");
        t.Send(SetBack(next.Hash, Signed(Nonce(), "bank")), "6985", "the PUK is not blocked");
        for (int left = 9; left >= 0; left--)
        {
            t.Send(Apdu<UnblockPinCommand, NoReply>(new UnblockPinCommand(Block("1234"), Block("4711"))), $"63C{left:X}");
        }

        t.Send(Select, "9000");
        t.Send(SetBack(next.Hash, new byte[64]), "6985", "no nonce was given");
        t.Send(SetBack(next.Hash, Signed(Nonce(), "bank")), "9418", "the card does not know the bank's key");
        t.Send(Apdu<PutCertificateCommand, NoReply>(
            new PutCertificateCommand(KeyCertificate.Issue(Key("root"), KeyUsage.Bank, bank, Date, Date, Key("bank").PublicKey))), "9000");
        byte[] old = Nonce();
        t.Send(SetBack(next.Hash, Signed(old, "coin")), "9416", "not signed by the bank");
        t.Send(SetBack(next.Hash, Signed(old, "bank")), "6985", "a nonce is good once");
        Nonce();
        t.Send(SetBack(next.Hash, Signed(old, "bank")), "9416", "another nonce");
        t.Send(SetBack(next.Hash, Signed(Nonce(), "bank")), "9000");
        t.Send(SetBack(next.Hash, new byte[64]), "9000", "again");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "not activated");
        t.Send(RightPin, "9419");
        t.Note("That letter is lost, too: from one code to another, without any activation between.");
        var third = ActivationCode.Parse("55556666777788889999")!;
        t.Send(SetBack(third.Hash, Signed(Nonce(), "bank")), "9416", "signed for the other code");
        t.Send(SetBack(third.Hash, Signed(Nonce(), "bank", third)), "9000");
        t.Send(Apdu<BeginActivationCommand, PukReply>(new BeginActivationCommand(next)), "941C", "the lost letter opens nothing");
        byte[] puk = PukReply.Decode(t.Send(Apdu<BeginActivationCommand, PukReply>(new BeginActivationCommand(third)), "9000"))!.Block;
        t.Send(FinishActivation(puk, "2222", "4711"), "9000");
        t.Send(RightPin, "63C2", "the old PIN is gone");
        t.Send(Verify("4711"), "9000");
        t.Send([0x80, 0x42, 0, 0, 0], "9000", "69.00 are there");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "and what was paid without the payment PIN begins anew");
        return t;
    }

    /// <summary>Rule R15: which of nine keys goes.</summary>
    public static TraceScript ManyKeys()
    {
        var t = new TraceScript("personalised", "Eight keys fit, and the one that came longest ago goes. A key that comes again counts as "
            + "new if four or more others came after it.");
        var others = new BouncyCastleSuite(new SeededRandom(11));
        void Put(byte[] apdu, string what = "") => t.Send(apdu, "9000", what);
        byte[] encryption = Apdu<PutCertificateCommand, NoReply>(
            new PutCertificateCommand(Certificate(Key("root"), KeyUsage.IssuerEncryption, "encryption")));
        byte[] begin = Begin(WithdrawalMode.NewKey, 0, 900, 978, PE);
        void More(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using var more = others.GenerateKey();
                Put(Apdu<PutCertificateCommand, NoReply>(
                    new PutCertificateCommand(KeyCertificate.Issue(
                        Key("root"), KeyUsage.IssuerCoin, IssuerId, Date, Date, more.PublicKey))));
            }
        }

        t.Send(Select, "9000");
        t.Send(RightPin, "9000");
        More(1);
        Put(encryption, "PE_I again: three came after it, so it stays where it is");
        More(5);
        t.Send(begin, "9418", "the eighth after it took its place");
        Put(encryption);
        More(4);
        Put(encryption, "again: four came after it, so it counts as new");
        More(7);
        t.Send(begin, "9000", "seven after that leave it");
        return t;
    }
}
