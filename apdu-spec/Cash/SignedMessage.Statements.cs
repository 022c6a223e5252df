namespace HierCash.Protocol.Cash;

/// <summary>The statements of issuer, banks and users about cash that exists already.</summary>
public static partial class SignedMessage
{
    /// <summary>Issuer: this withdrawal was not and will never be issued (hole 7). 63 bytes.</summary>
    public static byte[] NonIssuanceStatement(
        PartyId issuer, PartyId bank, Amount faceValue, Currency currency, WithdrawalId request, IssueRefusal reason, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-NEVR", 55);
        w.U32(issuer.Value);
        w.U32(bank.Value);
        w.U32(faceValue.ToCard());
        w.U16(currency.Code);
        w.Hash(request.Value);
        w.U8((byte)reason);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>
    /// Issuer: the answer to one settled payment, named by its payment id or, if malformed, by SHA-256 of its bytes. 81 bytes.
    /// </summary>
    public static byte[] Receipt(
        PartyId issuer, Digest subject, Verdict verdict, Amount y, Currency currency, Share share, ushort revision, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-SETL", 73);
        w.U32(issuer.Value);
        w.Hash(subject);
        w.U8((byte)verdict);
        w.U32(y.ToCard());
        w.U16(currency.Code);
        w.U32(share.Credited.ToCard());
        w.U32(share.Guaranteed.ToCard());
        w.U32(share.Waiting.ToCard());
        w.U64(share.Due.Microseconds);
        w.U16(revision);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>
    /// Till: it submits the payments under this Merkle root, and others since that TIME are still queued (rules R3, R6). 60 bytes.
    /// </summary>
    public static byte[] Submission(PartyId issuer, Digest root, Timestamp date, Timestamp queued)
    {
        var w = new CanonicalWriter("HC1-SUBM", 52);
        w.U32(issuer.Value);
        w.Hash(root);
        w.U64(date.Microseconds);
        w.U64(queued.Microseconds);
        return w.Done();
    }

    /// <summary>Issuer: an instruction to a bank, numbered without gaps per bank (hole 18). 75 bytes.</summary>
    public static byte[] ClearingInstruction(
        PartyId issuer, ulong number, PartyId bank, TransferKind kind, Digest reference, Amount total, Currency currency, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-XFER", 67);
        w.U32(issuer.Value);
        w.U64(number);
        w.U32(bank.Value);
        w.U8((byte)kind);
        w.Hash(reference);
        w.U64(total.Minor);
        w.U16(currency.Code);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>Issuer: this payment will never settle and is never evidence (hole 4). 91 bytes.</summary>
    public static byte[] Dead(PartyId issuer, PaymentId payment, CoinId coin, ushort seq, Amount y, DeathBasis basis, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-DEAD", 83);
        w.U32(issuer.Value);
        w.Hash(payment.Value);
        w.Hash(coin.Value);
        w.U16(seq);
        w.U32(y.ToCard());
        w.U8((byte)basis);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>Issuer: this payment counts no more, and so much of it was taken back (hole 3, rule R4). 60 bytes.</summary>
    public static byte[] Reversed(PartyId issuer, PaymentId payment, Amount y, Amount moved, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-REVR", 52);
        w.U32(issuer.Value);
        w.Hash(payment.Value);
        w.U32(y.ToCard());
        w.U32(moved.ToCard());
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>User, with the account key: my card is lost (hole 10). 36 bytes.</summary>
    public static byte[] LostCard(AccountId user, PartyId bank, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-LOST", 28);
        w.Id(user.Value);
        w.U32(bank.Value);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>Bank: cancel the coin of this withdrawal (hole 10). 52 bytes.</summary>
    public static byte[] Cancellation(PartyId bank, WithdrawalId request, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-CANC", 44);
        w.U32(bank.Value);
        w.Hash(request.Value);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>Issuer: the coins that tills refuse, or what changed since <paramref name="baseVersion"/> (hole 11). 72 bytes.</summary>
    public static byte[] HotList(
        PartyId issuer, ulong version, ulong baseVersion, Timestamp date, uint count, ReadOnlySpan<byte> entries)
    {
        var w = new CanonicalWriter("HC1-HOTL", 64);
        w.U32(issuer.Value);
        w.U64(version);
        w.U64(baseVersion);
        w.U64(date.Microseconds);
        w.U32(count);
        w.Hash(Digest.Of(entries));
        return w.Done();
    }

    /// <summary>What a hot list entry is the left 8 bytes of SHA-256 of (hole 11). 48 bytes.</summary>
    public static byte[] HotEntry(ulong version, CoinId coin)
    {
        var w = new CanonicalWriter("HC1-HOTE", 40);
        w.U64(version);
        w.Hash(coin.Value);
        return w.Done();
    }

    /// <summary>Issuer: a bank's circulation on a day, chained to the statement before. 106 bytes.</summary>
    public static byte[] Audit(
        PartyId issuer, ulong number, PartyId bank, Currency currency, Circulation totals, Timestamp date, Digest previous)
    {
        var w = new CanonicalWriter("HC1-AUDT", 98);
        w.U32(issuer.Value);
        w.U64(number);
        w.U32(bank.Value);
        w.U16(currency.Code);
        w.U64(totals.Issued.Minor);
        w.U64(totals.Settled.Minor);
        w.U64(totals.Redeemed.Minor);
        w.U64(totals.Returned.Minor);
        w.U64(totals.Outstanding.Minor);
        w.U64(date.Microseconds);
        w.Hash(previous);
        return w.Done();
    }

    /// <summary>Bank: it assembled this evidence and U is the holder whom it names (hole 19). 100 bytes.</summary>
    public static byte[] Evidence(PartyId bank, AccountId user, string name, ReadOnlySpan<byte> content, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-EVID", 92);
        w.U32(bank.Value);
        w.Id(user.Value);
        w.Hash(Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)));
        w.Hash(Digest.Of(content));
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>A bank or shop that asks to be enrolled proves that it holds its key. 106 bytes.</summary>
    public static byte[] Enrolment(byte role, ReadOnlySpan<byte> key, string name)
    {
        var w = new CanonicalWriter("HC1-ENRL", 98);
        w.U8(role);
        w.Fixed(key, 65);
        w.Hash(Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)));
        return w.Done();
    }

    /// <summary>Bank: this account is that shop's. 109 bytes.</summary>
    public static byte[] ShopAccount(PartyId bank, Digest reference, ReadOnlySpan<byte> till)
    {
        var w = new CanonicalWriter("HC1-ACCT", 101);
        w.U32(bank.Value);
        w.Hash(reference);
        w.Fixed(till, 65);
        return w.Done();
    }

    /// <summary>
    /// A bank's present key, or a till: this is the bank's next key, or a further till of the shop (rules R17, R18). 78 bytes.
    /// </summary>
    /// <param name="role">1 bank, 2 shop.</param>
    public static byte[] NextKey(byte role, PartyId party, ReadOnlySpan<byte> key)
    {
        var w = new CanonicalWriter("HC1-NEXT", 70);
        w.U8(role);
        w.U32(party.Value);
        w.Fixed(key, 65);
        return w.Done();
    }

    /// <summary>Root key: what an enrolled party may rely on. 40 bytes.</summary>
    public static byte[] Grant(ReadOnlySpan<byte> content)
    {
        var w = new CanonicalWriter("HC1-GRNT", 32);
        w.Hash(Digest.Of(content));
        return w.Done();
    }
}

/// <summary>A bank's e-cash: what was issued, and where it went (EP 0810563, "keep a watch on the amount").</summary>
/// <param name="Settled">Up to X per coin, net of reversals.</param>
public sealed record Circulation(Amount Issued, Amount Settled, Amount Redeemed, Amount Returned)
{
    /// <summary>What is in users' hands or not yet settled.</summary>
    public Amount Outstanding => Issued - Settled - Redeemed - Returned;
}
