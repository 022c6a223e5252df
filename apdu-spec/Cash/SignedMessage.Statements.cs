namespace HierCash.Protocol.Cash;

/// <summary>The statements of issuer, banks and users about cash that exists already.</summary>
public static partial class SignedMessage
{
    /// <summary>Issuer: this withdrawal was not and will never be issued (hole 7). 63 bytes.</summary>
    public static byte[] NonIssuanceStatement(
        PartyId issuer, PartyId bank, Amount faceValue, Currency currency, WithdrawalId request, IssueRefusal reason, Timestamp date) =>
        new CanonicalWriter("HC1-NEVR", 55).U32(issuer.Value).U32(bank.Value).U32(faceValue.ToCard()).U16(currency.Code).Hash(request.Value)
            .U8((byte)reason).U64(date.Microseconds).Done();

    /// <summary>
    /// Issuer: the answer to one settled payment, named by its payment id or, if malformed, by SHA-256 of its bytes. 81 bytes.
    /// </summary>
    public static byte[] Receipt(
        PartyId issuer, Digest subject, Verdict verdict, Amount y, Currency currency, Share share, ushort revision, Timestamp date) =>
        new CanonicalWriter("HC1-SETL", 73).U32(issuer.Value).Hash(subject).U8((byte)verdict).U32(y.ToCard()).U16(currency.Code)
            .U32(share.Credited.ToCard()).U32(share.Guaranteed.ToCard()).U32(share.Waiting.ToCard()).U64(share.Due.Microseconds)
            .U16(revision).U64(date.Microseconds).Done();

    /// <summary>
    /// Till: it submits the payments under this Merkle root, and others since that TIME are still queued (rules R3, R6). 60 bytes.
    /// </summary>
    public static byte[] Submission(PartyId issuer, Digest root, Timestamp date, Timestamp queued) =>
        new CanonicalWriter("HC1-SUBM", 52).U32(issuer.Value).Hash(root).U64(date.Microseconds).U64(queued.Microseconds).Done();

    /// <summary>Issuer: an instruction to a bank, numbered without gaps per bank (hole 18). 75 bytes.</summary>
    public static byte[] ClearingInstruction(
        PartyId issuer, ulong number, PartyId bank, TransferKind kind, Digest reference, Amount total, Currency currency, Timestamp date) =>
        new CanonicalWriter("HC1-XFER", 67).U32(issuer.Value).U64(number).U32(bank.Value).U8((byte)kind).Hash(reference).U64(total.Minor)
            .U16(currency.Code).U64(date.Microseconds).Done();

    /// <summary>Issuer: this payment will never settle and is never evidence (hole 4). 91 bytes.</summary>
    public static byte[] Dead(PartyId issuer, PaymentId payment, CoinId coin, ushort seq, Amount y, DeathBasis basis, Timestamp date) =>
        new CanonicalWriter("HC1-DEAD", 83).U32(issuer.Value).Hash(payment.Value).Hash(coin.Value).U16(seq).U32(y.ToCard()).U8((byte)basis)
            .U64(date.Microseconds).Done();

    /// <summary>Issuer: this payment counts no more, and so much of it was taken back (hole 3, rule R4). 60 bytes.</summary>
    public static byte[] Reversed(PartyId issuer, PaymentId payment, Amount y, Amount moved, Timestamp date) =>
        new CanonicalWriter("HC1-REVR", 52).U32(issuer.Value).Hash(payment.Value).U32(y.ToCard()).U32(moved.ToCard()).U64(date.Microseconds)
            .Done();

    /// <summary>User, with the account key: my card is lost (hole 10). 36 bytes.</summary>
    public static byte[] LostCard(AccountId user, PartyId bank, Timestamp date) =>
        new CanonicalWriter("HC1-LOST", 28).Id(user.Value).U32(bank.Value).U64(date.Microseconds).Done();

    /// <summary>Bank: cancel the coin of this withdrawal (hole 10). 52 bytes.</summary>
    public static byte[] Cancellation(PartyId bank, WithdrawalId request, Timestamp date) =>
        new CanonicalWriter("HC1-CANC", 44).U32(bank.Value).Hash(request.Value).U64(date.Microseconds).Done();

    /// <summary>Issuer: the coins that tills refuse, or what changed since <paramref name="baseVersion"/> (hole 11). 72 bytes.</summary>
    public static byte[] HotList(
        PartyId issuer, ulong version, ulong baseVersion, Timestamp date, uint count, ReadOnlySpan<byte> entries) =>
        new CanonicalWriter("HC1-HOTL", 64).U32(issuer.Value).U64(version).U64(baseVersion).U64(date.Microseconds).U32(count)
            .Hash(Digest.Of(entries)).Done();

    /// <summary>What a hot list entry is the left 8 bytes of SHA-256 of (hole 11). 48 bytes.</summary>
    public static byte[] HotEntry(ulong version, CoinId coin) => new CanonicalWriter("HC1-HOTE", 40).U64(version).Hash(coin.Value).Done();

    /// <summary>Issuer: a bank's circulation on a day, chained to the statement before. 106 bytes.</summary>
    public static byte[] Audit(
        PartyId issuer, ulong number, PartyId bank, Currency currency, Circulation totals, Timestamp date, Digest previous) =>
        new CanonicalWriter("HC1-AUDT", 98).U32(issuer.Value).U64(number).U32(bank.Value).U16(currency.Code).U64(totals.Issued.Minor)
            .U64(totals.Settled.Minor).U64(totals.Redeemed.Minor).U64(totals.Returned.Minor).U64(totals.Outstanding.Minor)
            .U64(date.Microseconds).Hash(previous).Done();

    /// <summary>Bank: it assembled this evidence and U is the holder whom it names (hole 19). 100 bytes.</summary>
    public static byte[] Evidence(PartyId bank, AccountId user, string name, ReadOnlySpan<byte> content, Timestamp date) =>
        new CanonicalWriter("HC1-EVID", 92).U32(bank.Value).Id(user.Value).Hash(Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)))
            .Hash(Digest.Of(content)).U64(date.Microseconds).Done();

    /// <summary>A bank or shop that asks to be enrolled proves that it holds its key. 106 bytes.</summary>
    public static byte[] Enrolment(byte role, ReadOnlySpan<byte> key, string name) =>
        new CanonicalWriter("HC1-ENRL", 98).U8(role).Fixed(key, 65).Hash(Digest.Of(System.Text.Encoding.UTF8.GetBytes(name))).Done();

    /// <summary>Bank: this account is that shop's. 109 bytes.</summary>
    public static byte[] ShopAccount(PartyId bank, Digest reference, ReadOnlySpan<byte> till) =>
        new CanonicalWriter("HC1-ACCT", 101).U32(bank.Value).Hash(reference).Fixed(till, 65).Done();

    /// <summary>
    /// A bank's present key, or a till: this is the bank's next key, or a further till of the shop (rules R17, R18). 78 bytes.
    /// </summary>
    /// <param name="role">1 bank, 2 shop.</param>
    public static byte[] NextKey(byte role, PartyId party, ReadOnlySpan<byte> key) =>
        new CanonicalWriter("HC1-NEXT", 70).U8(role).U32(party.Value).Fixed(key, 65).Done();

    /// <summary>Root key: what an enrolled party may rely on. 40 bytes.</summary>
    public static byte[] Grant(ReadOnlySpan<byte> content) => new CanonicalWriter("HC1-GRNT", 32).Hash(Digest.Of(content)).Done();
}

/// <summary>A bank's e-cash: what was issued, and where it went (EP 0810563, "keep a watch on the amount").</summary>
/// <param name="Settled">Up to X per coin, net of reversals.</param>
public sealed record Circulation(Amount Issued, Amount Settled, Amount Redeemed, Amount Returned)
{
    /// <summary>What is in users' hands or not yet settled.</summary>
    public Amount Outstanding => Issued - Settled - Redeemed - Returned;
}
