using System.Buffers.Binary;

namespace HierCash.Protocol.Cash;

/// <summary>Who asks to be enrolled.</summary>
public enum EnrolmentRole : byte { Bank = 1, Shop = 2 }

/// <summary>A bank's or a shop's request to take part, carried to the issuer by hand. It proves that its key is held.</summary>
/// <param name="Key">PS_B of a bank, N_W of a shop's till; also the key of its link certificate.</param>
/// <param name="Account">A shop's account, added by its bank; null until then.</param>
/// <param name="Voucher">The word of the bank's present key, or of a till of the same shop; null for who is new. A request has an account
/// or a voucher.</param>
public sealed record EnrolmentRequest(
    EnrolmentRole Role, string Name, PublicKey Key, byte[] Signature, ShopAccount? Account, KeyVoucher? Voucher = null)
    : IDataObject<EnrolmentRequest>
{
    public static Tag? Tag => WalletTag.Enrolment;

    public static int MaxEncodedSize => 512;

    public const int MaxNameSize = 64;

    public static EnrolmentRequest Sign(ISigningKey key, EnrolmentRole role, string name) =>
        new(role, name, key.PublicKey, key.Sign(SignedMessage.Enrolment((byte)role, key.PublicKey.Bytes, name)), null);

    /// <summary>
    /// True if whoever made it holds the key that it names: nobody has another's public key enrolled, under a name of his choice.
    /// </summary>
    public bool Verify(ICashSuite suite) => suite.Verify(Key, SignedMessage.Enrolment((byte)Role, Key.Bytes, Name), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)Role);
        writer.Write(WalletTag.Name, Name);
        writer.Write(WalletTag.PublicKey, Key);
        writer.Write(WalletTag.Signature, Signature);
        Account?.Write(ref writer);
        if (Account is null)
        {
            Voucher?.Write(ref writer);
        }
    }

    /// <summary>The reader failed where the name cannot be shown (rule R18).</summary>
    public static EnrolmentRequest ReadFields(ref BerTlvReader r)
    {
        var role = r.ReadEnum<EnrolmentRole>(WalletTag.State);
        string name = r.ReadText(WalletTag.Name, MaxNameSize);
        var key = r.ReadPublicKey(WalletTag.PublicKey);
        var signature = r.ReadSignature();
        var voucher = r.Next(WalletTag.Holder) ? r.Read<KeyVoucher>() : null;
        var account = voucher is null && r.HasMore ? r.Read<ShopAccount>() : null;
        r.Require(PlainText.NameFault(name, MaxNameSize) is null);
        return new EnrolmentRequest(role, name, key, signature, account, voucher);
    }
}

/// <summary>
/// The word of a key that is enrolled for another one: a bank's present key for its next one (rule R17), a till for a further till of its
/// shop (R18).
/// </summary>
/// <param name="Party">The bank's or the shop's number.</param>
/// <param name="Key">The key that signs.</param>
/// <param name="Signature">Over HC1-NEXT.</param>
public sealed record KeyVoucher(PartyId Party, PublicKey Key, byte[] Signature) : IDataObject<KeyVoucher>
{
    public static int MaxEncodedSize => 150;

    public static KeyVoucher Sign(ISigningKey key, EnrolmentRole role, PartyId party, PublicKey next) =>
        new(party, key.PublicKey, key.Sign(SignedMessage.NextKey((byte)role, party, next.Bytes)));

    public bool Verify(ICashSuite suite, EnrolmentRole role, PublicKey next) =>
        suite.Verify(Key, SignedMessage.NextKey((byte)role, Party, next.Bytes), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Holder, Party);
        writer.Write(WalletTag.PublicKey, Key);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static KeyVoucher ReadFields(ref BerTlvReader r) =>
        new(r.ReadParty(WalletTag.Holder), r.ReadPublicKey(WalletTag.PublicKey), r.ReadSignature());
}

/// <summary>The bank's word that this account is that shop's.</summary>
/// <param name="Signature">By PS_B over HC1-ACCT.</param>
public sealed record ShopAccount(PartyId Bank, Digest Reference, byte[] Signature) : IDataObject<ShopAccount>
{
    public static int MaxEncodedSize => 120;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Reference, Reference);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static ShopAccount ReadFields(ref BerTlvReader r) =>
        new(r.ReadParty(WalletTag.B), r.ReadDigest(WalletTag.Reference), r.ReadSignature());
}

/// <summary>The issuer's answer: everything that a bank or shop needs to take part, signed by the root key.</summary>
/// <param name="Scheme">Root key, certificates, terms.</param>
/// <param name="BankCertificate">The root key's word for PS_B; null for a shop.</param>
/// <param name="LinkCertificate">X.509, DER.</param>
public sealed record EnrolmentGrant(
    PartyId Holder, string Name, Scheme Scheme, KeyCertificate? BankCertificate, byte[] LinkCertificate, byte[] Signature)
{
    /// <summary>Where a shop's money goes: its bank, and the account there (rule R18); null for a bank.</summary>
    public (PartyId Bank, Digest Reference)? Account { get; init; }

    private const int MaxSize = 8192;

    /// <summary>
    /// Keys of one use in a grant: the newest. Older ones come with the first visit at the issuer, however many there are (rule R15).
    /// </summary>
    private const int MostOfOneUse = 8;

    public static EnrolmentGrant Sign(
        ISigningKey root, PartyId holder, string name, Scheme scheme, KeyCertificate? bankCertificate, byte[] linkCertificate,
        (PartyId Bank, Digest Reference)? account = null)
    {
        var unsigned = new EnrolmentGrant(holder, name, scheme, bankCertificate, linkCertificate, []) { Account = account };
        return unsigned with { Signature = root.Sign(SignedMessage.Grant(BerTlv.Encode(MaxSize, unsigned.WriteContent))) };
    }

    public byte[] Encode() => BerTlv.Encode(MaxSize, (ref BerTlvWriter w) =>
    {
        int begin = w.Begin(WalletTag.Enrolment);
        WriteContent(ref w);
        w.Write(WalletTag.Signature, Signature);
        w.End(begin);
    });

    private void WriteContent(ref BerTlvWriter w)
    {
        w.Write(WalletTag.IssuerId, Scheme.Issuer);
        w.Write(WalletTag.Holder, Holder);
        w.Write(WalletTag.Name, Name);
        if (Account is { } account)
        {
            w.Write(WalletTag.B, account.Bank);
            w.Write(WalletTag.Reference, account.Reference);
        }

        w.Write(WalletTag.PublicKey, Scheme.Root);
        w.Write(WalletTag.Terms, EncodeTerms(Scheme.Terms));
        w.Write(WalletTag.LinkCertificate, LinkCertificate);
        BankCertificate?.Write(ref w);
        w.WriteAll(Scheme.Certificates.Where(
            (c, i) => Scheme.Certificates.Skip(i + 1).Count(later => later.Usage == c.Usage) < MostOfOneUse));
    }

    /// <summary>Null unless the bytes are exactly one grant whose root key signed all of it.</summary>
    public static EnrolmentGrant? Decode(ReadOnlySpan<byte> bytes, ICashSuite suite)
    {
        var reader = new BerTlvReader(bytes);
        var r = reader.Enter(WalletTag.Enrolment);
        var issuer = r.ReadParty(WalletTag.IssuerId);
        var holder = r.ReadParty(WalletTag.Holder);
        string name = r.ReadText(WalletTag.Name, EnrolmentRequest.MaxNameSize);
        (PartyId, Digest)? account = r.Next(WalletTag.B) ? (r.ReadParty(WalletTag.B), r.ReadDigest(WalletTag.Reference)) : null;
        var root = r.ReadPublicKey(WalletTag.PublicKey);
        var terms = DecodeTerms(r.ReadBytes(WalletTag.Terms, TermsSize));
        var link = r.Read(WalletTag.LinkCertificate).ToArray();
        var certificates = r.ReadSome<KeyCertificate>(int.MaxValue);
        var signature = r.ReadSignature();
        reader.Leave(r);
        if (!reader.Complete || terms is null || !PlainText.IsPlain(name) || certificates.Any(c => !c.Verify(suite, root)))
        {
            return null;
        }

        var bank = certificates.FirstOrDefault(c => c.Usage == KeyUsage.Bank);
        var scheme = new Scheme(issuer, root, certificates.Where(c => c.Usage != KeyUsage.Bank).ToList(), terms, suite);
        var grant = new EnrolmentGrant(holder, name, scheme, bank, link, signature) { Account = account };
        return suite.Verify(root, SignedMessage.Grant(BerTlv.Encode(MaxSize, grant.WriteContent)), signature) ? grant : null;
    }

    private const int TermsSize = 53;

    /// <summary>
    /// Currency 2, g 1, excess policy 1, lifetime in quarters 1; settleTerm, guaranteeWindow, disputeTerm, requestTerm,
    /// hotListMaxAge, clock tolerance in seconds, 4 each; floor limit, guarantee cap, limit without PIN, 8 each.
    /// </summary>
    private static byte[] EncodeTerms(SchemeParameters terms)
    {
        var bytes = new byte[TermsSize];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, terms.Currency.Code);
        bytes[2] = (byte)terms.G;
        bytes[3] = (byte)terms.Excess;
        bytes[4] = checked((byte)terms.LifetimeQuarters);
        TimeSpan[] spans = [terms.SettlePeriod, terms.GuaranteeWindow, terms.DisputeTerm, terms.RequestTerm, terms.HotListMaxAge,
            terms.ClockTolerance];
        for (int i = 0; i < spans.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5 + (4 * i)), checked((uint)spans[i].TotalSeconds));
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(29), terms.FloorLimit.Minor);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(37), terms.GuaranteeCap.Minor);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(45), terms.NoPinLimit.Minor);
        return bytes;
    }

    private static SchemeParameters? DecodeTerms(byte[] bytes)
    {
        TimeSpan Span(int i) => TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5 + (4 * i))));
        Amount Money(int at) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at)));
        return bytes[2] > (byte)GFunction.Sha256 || bytes[3] > (byte)ExcessPolicy.Guarantee ? null : new SchemeParameters
            {
                Currency = new Currency(BinaryPrimitives.ReadUInt16BigEndian(bytes)),
                G = (GFunction)bytes[2],
                Excess = (ExcessPolicy)bytes[3],
                LifetimeQuarters = bytes[4],
                SettlePeriod = Span(0),
                GuaranteeWindow = Span(1),
                DisputeTerm = Span(2),
                RequestTerm = Span(3),
                HotListMaxAge = Span(4),
                ClockTolerance = Span(5),
                FloorLimit = Money(29),
                GuaranteeCap = Money(37),
                NoPinLimit = Money(45),
            };
    }
}
