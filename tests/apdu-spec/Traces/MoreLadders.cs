using static HierCash.Tests.Traces.Ladders;

namespace HierCash.Tests.Traces;

/// <summary>The conformance traces of cards in a special state, and of the length cases.</summary>
internal static class MoreLadders
{
    private const ushort Eur = 978;
    private const ushort Usd = 840;

    public static TraceScript LogFull()
    {
        var t = new TraceScript("withdrawn", "A log that is full: the card signs nothing that it would have to forget.");
        t.Send(Select, "9000");
        t.Send(RightPaymentPin, "9000");
        for (int i = 0; i < 64; i++)
        {
            t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(i)), 1, Eur), "9000");
        }

        var next = Date.Plus(TimeSpan.FromSeconds(64));
        t.Send(Pay(next, 7000, Eur), "9411", "too much for what is left");
        t.Send(Pay(next, 1, Eur), "941A");
        t.Send(Pay(Date, 1, Eur), "9000", "what it signed is there");
        t.Send(RightPin, "9000");
        t.Send(Acknowledge(7, ReadLogCommand.ParseReply(t.Send(ReadLog(7), "9000"))!.Content), "9000");
        t.Send(Pay(next, 1, Eur), "9000", "the acknowledged entry makes room");
        t.Send([0x80, 0x44, 7, 0, 0], "9000");
        t.Note("Of several that the wallet has a copy of the oldest goes, wherever it stands.");
        foreach (byte copied in new byte[] { 7, 50, 30 })
        {
            t.Send(Acknowledge(copied, ReadLogCommand.ParseReply(t.Send(ReadLog(copied), "9000"))!.Content), "9000");
        }

        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(65)), 1, Eur), "9000");
        t.Send(ReadLog(7), "9000", "the newest but one");
        t.Send(ReadLog(30), "9000", "the newest now");
        t.Send(ReadLog(50), "9000", "it would be the next");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "and the card says which one it wrote last");
        return t;
    }

    /// <summary>Rule R24: a payment that the log has forgotten, shown by the wallet that kept it.</summary>
    public static TraceScript Forgotten()
    {
        var t = new TraceScript("withdrawn", "SHOW PAYMENT: what the log has forgotten is taken back all the same, and once.");
        t.Send(Select, "9000");
        t.Send(RightPaymentPin, "9000");
        t.Send(RightPin, "9000");
        var first = H(t.Send(Pay(Date, 500, Eur), "9000"), Date, 500);
        t.Send(Show(first), "9000", "it is in the log");
        Copy(0);
        for (int i = 1; i <= 64; i++)
        {
            t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(i)), 1, Eur), "9000");
        }

        byte[] sw = Till.Sign(SignedMessage.Void(first.Id, W));
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "6A88", "the card has forgotten it");
        t.Send(Show(first with { Seq = 65_535 }), "6A88", "newer than the coin's newest");
        t.Send(Show(first with { Coin = first.Coin with { Terms = first.Coin.Terms with { TM = 1 } } }), "6A88", "no such coin");
        t.Send(Show(first with { Seq = 40 }), "9000", "in the log, whatever else is said of it");
        t.Send(Show(first with { Paid = new Amount(501) }), "9416", "more than it signed");
        t.Send(Show(first with { Paid = new Amount(first.Balance.Minor + 1) }), "9416", "more than x");
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "6A88", "what was refused was not shown");
        t.Send(Show(first), "9000");
        t.Send(Void(first.Coin.Id, first.Seq, Key("bank"), sw), "9416");
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "941A", "its entry needs room");
        t.Send(Close(0), "941A");
        t.Send(Apdu<PutCertificateCommand, NoReply>(
            new PutCertificateCommand(Certificate(Key("root"), KeyUsage.IssuerStatement, "statement"))), "9000");
        t.Send(Apdu<RestoreCommand, NoReply>(
            new RestoreCommand(NonSettlementStatement.Sign(Key("statement"), IssuerId, first, DeathBasis.TermOver, Date))), "941A",
            "here too");
        Copy(1);
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "9000");
        t.Send(ReadLog(1), "9000", "it is in the log again, with S_W, and not acknowledged");
        t.Send(Show(first), "9000", "in the log");
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "9000", "and nothing more comes back");
        t.Send([0x80, 0x42, 0, 0, 0], "9000");
        t.Note("Forgotten once more: the coin's ring knows that it came back.");
        Copy(1);
        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(65)), 1, Eur), "9000", "the wallet has a copy: the oldest goes");
        t.Send(Show(first), "9000");
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "9000", "nothing more comes back");
        t.Send([0x80, 0x42, 0, 0, 0], "9000");
        t.Send(Select, "9000");
        t.Send(Void(first.Coin.Id, first.Seq, Till, sw), "6A88", "a new selection");
        return t;

        void Copy(byte index) => t.Send(Acknowledge(index, ReadLogCommand.ParseReply(t.Send(ReadLog(index), "9000"))!.Content), "9000");
    }

    /// <summary>Rule R13: a spent coin gives its slot only when the wallet has a copy of all that it paid.</summary>
    public static TraceScript Spent()
    {
        var t = new TraceScript("withdrawn", "All slots are taken and one coin is spent: what its payments are is forgotten only when the "
            + "wallet has a copy of each as it is now.");
        t.Send(Select, "9000");
        var h = Ladders.H(t.Send(Pay(Date, 500, Eur), "9000"), Date, 500);
        t.Send(RightPin, "9000");
        t.Send([0x80, 0x10, 0, 0, 0], "9000");
        t.Send(Acknowledge(0, ReadLogCommand.ParseReply(t.Send(ReadLog(0), "9000"))!.Content), "9000");
        t.Send(Void(h.Coin.Id, h.Seq, Till, Till.Sign(SignedMessage.Void(h.Id, W))), "9000",
            "taken back: it is not acknowledged as it is now");
        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(1)), 2000, Eur), "9000", "and all of the coin is spent");
        for (int i = 2; i < 16; i++)
        {
            t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "9000");
        }

        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "6A84", "no copy of what it paid");
        t.Send(Acknowledge(1, ReadLogCommand.ParseReply(t.Send(ReadLog(1), "9000"))!.Content), "9000");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "6A84", "none of S_W");
        t.Send(Acknowledge(0, ReadLogCommand.ParseReply(t.Send(ReadLog(0), "9000"))!.Content), "9000");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "6A84", "it was not closed: its payments may still come back");
        byte spent = ReadLogCommand.ParseReply(t.Send(ReadLog(1), "9000"))!.Payment!.Slot;
        byte closing = 2;
        t.Send(Close(2), "6A88", "no coin yet");
        t.Send(Close(spent), "9000", "y = 0");
        t.Send([0x80, 0x40, spent, 0, 0], "9000", "closed for good");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "what was paid last is still the newest");
        t.Send(Close(spent, Date.Plus(TimeSpan.FromDays(1))), "9000", "the same bytes");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "6A84", "no copy of that");
        var second = Date.Plus(TimeSpan.FromSeconds(1));
        t.Send(Void(h.Coin.Id, h.Seq, Till, Till.Sign(SignedMessage.Void(h.Id, W))), "9000", "taken back before");
        var all = H(t.Send(Pay(second, 2000, Eur), "9000", "what it signed is there"), second, 2000);
        t.Send(Void(all.Coin.Id, all.Seq, Till, Till.Sign(SignedMessage.Void(all.Id, W))), "9000",
            "S_W is kept, and nothing comes back: the account gets it");
        t.Send([0x80, 0x42, 0, 0, 0], "9000");
        t.Send(Acknowledge(1, ReadLogCommand.ParseReply(t.Send(ReadLog(1), "9000"))!.Content), "9000");
        t.Send(Acknowledge(closing, ReadLogCommand.ParseReply(t.Send(ReadLog(closing), "9000"))!.Content), "9000");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "9000", "its slot again");
        t.Send(Close(spent), "6A88", "no coin yet");
        t.Send(ReadLog(0), "9000", "free");
        t.Send([0x80, 0x10, 0, 0, 0], "9000", "the log is empty");
        return t;
    }

    public static TraceScript Frozen()
    {
        var t = new TraceScript("restored",
            "A restored copy: its coins are frozen (hole 24). Everything but paying and withdrawing goes on.");
        var paid = Date.Plus(TimeSpan.FromHours(2) + TimeSpan.FromSeconds(1));
        t.Send(Select, "9000");
        t.Send([0x80, 0x10, 0, 0, 0], "9000");
        t.Send(Begin(WithdrawalMode.Again, 16, 0, Usd, Nobody), "9415", "without PIN, and no such slot");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 0, Usd, Nobody), "9415");
        t.Send(Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(16, Date)), "9415");
        t.Send(Renounce(0), "9415");
        t.Send(GetCash(0, Usd), "9415");
        t.Send(Close(16), "9415");
        t.Send(PayClaim(Date, 0, Usd, right: false), "9413");
        t.Send(Pay(Date, 0, Usd), "9415");
        var h = H(t.Send(Pay(paid, 1250, Eur), "9000", "what it signed before"), paid, 1250);
        t.Send(Confirm(h.Coin.Id, h.Seq), "9000");
        t.Send(Void(h.Coin.Id, h.Seq, Till, Till.Sign(SignedMessage.Void(h.Id, W))), "9000");
        t.Send(Pay(paid, 1250, Eur), "9417");
        t.Send(RightPin, "9000");
        t.Send([0x80, 0x42, 0, 0, 0], "9000");
        t.Send(Apdu<AuthoriseLostCardCommand, SignatureReply>(new AuthoriseLostCardCommand(Date)), "9000", "the way back");
        return t;
    }

    public static TraceScript Exhausted()
    {
        var t = new TraceScript("exhausted", "The last payment that a coin signs (hole 24), and the last order of a card.");
        t.Send(Select, "9000");
        t.Send(Pay(Date, 100, Eur), "9000", "seq 65,534 of the smaller coin");
        t.Send(RightPaymentPin, "9000");
        t.Send(GetCash(5001, Eur), "9414", "the other coin alone cannot");
        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(1)), 5001, Eur), "9414");
        t.Send(Pay(Date.Plus(TimeSpan.FromSeconds(1)), 100, Eur), "9000", "seq 65,534 of the other");
        t.Send(GetCash(1, Eur), "9414");
        t.Send(PayClaim(Date.Plus(TimeSpan.FromSeconds(2)), 1, Eur, right: true), "9414");
        t.Send(Pay(Date, 100, Eur), "9000", "what they signed is there");
        t.Send(RightPin, "9000");
        t.Send([0x80, 0x42, 0, 0, 0], "9000", "68.00, to be redeemed");
        t.Send(Begin(WithdrawalMode.NewKey, 0, 900, Eur, PE), "9000");
        t.Send(Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(2, Date)), "9414", "no number is left");
        t.Send(Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(1, Date)), "9000",
            "an order that has its number");
        t.Send(Renounce(uint.MaxValue), "9000");
        t.Send(Close(0), "9000", "seq 65,535");
        t.Send(Close(1), "9000");
        t.Send([0x80, 0x42, 0, 0, 0], "9000", "nothing is left");
        return t;
    }

    public static TraceScript Lengths()
    {
        var t = new TraceScript("withdrawn", "Length cases of ISO 7816-3, 12.1, GET RESPONSE, and chains that are none.");
        t.Note("No case: too short, Lc that does not fit.");
        t.Send([0xFF, 0xEE, 0], "6700", "even with a class that ISO reserves");
        t.Send([0xFF, 0xEE, 0xFE, 0xFE, 5, 1, 2], "6700");
        t.Send([0xFF, 0xEE, 0xFE, 0xFE, 2, 1, 2, 3, 4], "6700");
        t.Send([0x00, 0xA4, 0x04, 0x00, 0, 0], "6700", "half of an extended length");
        t.Send([0x00, 0xA4, 0x04, 0x00, 0, 0, 9, 1, 2], "6700");
        t.Send([0x00, 0xA4, 0x04, 0x00, 0, 0, 0, 1], "6700");
        t.Note("Case 3: no Le, so the answer is kept; GET RESPONSE in pieces.");
        t.Send(Select[..^1], "6117");
        t.Send([0x00, 0xC0, 0, 1, 0], "6A86");
        t.Send([0x00, 0xC0, 0, 0, 4], "6113");
        t.Send([0x00, 0xC0, 0, 0, 0], "9000");
        t.Send([0x00, 0xC0, 0, 1, 0], "6A86", "P2, and nothing is kept");
        t.Send([0x00, 0xC0, 0, 0, 0], "6985");
        t.Note("Case 4, Le smaller than the answer, larger, and 256.");
        t.Send([.. Select[..^1], 4], "6117");
        t.Send([.. Select[..^1], 23], "9000");
        t.Send([.. Select[..^1], 24], "9000");
        t.Send(Select, "9000");
        t.Note("Cases 1 and 2.");
        t.Send([0x80, 0x10, 0, 0], "6113");
        t.Send([0x80, 0x10, 0, 0, 0xFF], "9000");
        t.Send([0x80, 0x10, 0, 0, 0x01], "6113");
        t.Send([0x00, 0xC0, 0, 0, 0x13], "9000");
        t.Note("Extended: cases 2E, 3E and 4E.");
        t.Send([0x80, 0x10, 0, 0, 0, 0, 0], "9000", "65,536 bytes are wanted");
        t.Send([0x80, 0x10, 0, 0, 0, 0, 1], "6113");
        t.Send([0x00, 0x20, 0x00, 0x82, 0, 0, 8, .. Block("0000")], "9000");
        byte[] pay = Pay(Date, 1250, Eur);
        byte[] data = pay[5..^1];
        t.Send([.. pay[..4], 0, 0, (byte)data.Length, .. data, 1, 0], "9000");
        t.Send([.. pay[..4], 0, 0, (byte)data.Length, .. data], "61D8", "again, kept");
        t.Send([0x00, 0xC0, 0, 0, 0, 0, 0], "9000");
        t.Note("Another command drops what was kept.");
        t.Send(pay[..^1], "61D8");
        t.Send([0x80, 0x42, 0, 0, 0], "9000");
        t.Send([0x00, 0xC0, 0, 0, 0], "6985");
        t.Note("A chain that another header breaks; one that is too long; PAY in pieces.");
        t.Send([0x90, 0x32, 0, 0, 3, .. data[..3]], "9000");
        t.Send([0x80, 0x42, 0, 0, 0], "6883");
        t.Send([0x90, 0x32, 0, 0, 0, 1, 0xF4, .. new byte[500]], "9000");
        t.Send([0x90, 0x32, 0, 0, 13, .. new byte[13]], "6700");
        t.Send([0x90, 0x32, 0, 0, 3, .. data[..3]], "9000");
        t.Send([0x90, 0x32, 0, 0, 20, .. data[3..23]], "9000");
        t.Send([0x80, 0x32, 0, 0, (byte)(data.Length - 23), .. data[23..], 0], "9000");
        t.Send([0x90, 0x32, 0, 0, 3, .. data[..3]], "9000");
        t.Reset();
        t.Send([0x80, 0x32, 0, 0, 3, .. data[..3]], "6999", "after a reset the chain is gone, and the selection");
        return t;
    }
}
