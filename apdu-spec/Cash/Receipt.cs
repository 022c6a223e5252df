namespace HierCash.Protocol.Cash;

/// <summary>What becomes of y while a payment counts: the three parts always make y (settlement.md, rule R1).</summary>
/// <param name="Credited">What the coin paid, in minor units; falls only with a reversal.</param>
/// <param name="Guaranteed">What exceeds the coin, and the shop gets all the same at <paramref name="Due"/> (hole 13).</param>
/// <param name="Waiting">What exceeds the coin, and the shop gets only if something of the coin comes free.</param>
/// <param name="Due">When the guaranteed part is due; 0 where nothing is. Not after the receipt's date: it was paid. Of a redemption that
/// waits: when what was left of its coin went back to the account, so that it waits for nothing more; 0 until then.</param>
public readonly record struct Share(Amount Credited, Amount Guaranteed, Amount Waiting, Timestamp Due)
{
    /// <summary>Nothing: the payment does not count.</summary>
    public static readonly Share None;

    /// <summary>What exceeds the coin, promised or not.</summary>
    public Amount Excess => Guaranteed + Waiting;

    public Amount Sum => Credited + Guaranteed + Waiting;
}

/// <summary>The issuer's signed answer to one payment of a settlement batch. A later revision replaces an earlier one.</summary>
/// <param name="Subject">The payment id; for malformed bytes, their SHA-256.</param>
/// <param name="Paid">y; 0 where it could not be read.</param>
/// <param name="Share">Credited, guaranteed and waiting: together y while the payment counts, else 0.</param>
/// <param name="Revision">From 1; rises with each change, up to 65,535: of those with that number the one with the latest date is the
/// newest.</param>
/// <param name="Repeated">This answer was given before. Not signed.</param>
public sealed record Receipt(
    PartyId Issuer, Digest Subject, Verdict Verdict, Amount Paid, Currency Currency, Share Share, ushort Revision, Timestamp Date,
    byte[] Signature, bool Repeated = false) : IDataObject<Receipt>
{
    public static Tag? Tag => WalletTag.Receipt;

    public static int MaxEncodedSize => 220;

    public static Receipt Sign(
        ISigningKey key, PartyId issuer, Digest subject, Verdict verdict, Amount paid, Currency currency, Share share, ushort revision,
        Timestamp date) =>
        new(issuer, subject, verdict, paid, currency, share, revision, date,
            key.Sign(SignedMessage.Receipt(issuer, subject, verdict, paid, currency, share, revision, date)));

    /// <summary>Of the receipt that replaces this one.</summary>
    public ushort NextRevision => Revision == ushort.MaxValue ? Revision : (ushort)(Revision + 1);

    /// <summary>True if the excess part was paid by the guarantee.</summary>
    public bool GuaranteeIsPaid => !Share.Guaranteed.IsZero && Share.Due <= Date;

    /// <summary>True if a redemption waits no more: what was left of its coin went back to the account by itself.</summary>
    public bool IsReturned => Share.Guaranteed.IsZero && !Share.Waiting.IsZero && Share.Due.Microseconds > 0 && Share.Due <= Date;

    /// <summary>True if the payment counts, whole or in part.</summary>
    public bool Counts => Verdict is Verdict.Settled or Verdict.Excess or Verdict.Equivocation;

    /// <summary>True if the parts are what the verdict allows: they make y, or nothing where the payment does not count.</summary>
    public bool IsSound => (Counts ? Share.Sum == Paid : Share == Share.None) && Revision > 0;

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.Receipt(Issuer, Subject, Verdict, Paid, Currency, Share, Revision, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.Digest, Subject);
        writer.Write(WalletTag.Verdict, (byte)Verdict);
        writer.Write(WalletTag.Payment, Paid.ToCard());
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.Credited, Share.Credited.ToCard());
        writer.Write(WalletTag.Guaranteed, Share.Guaranteed.ToCard());
        writer.Write(WalletTag.Waiting, Share.Waiting.ToCard());
        writer.Write(WalletTag.Due, Share.Due);
        writer.Write(WalletTag.Revision, Revision);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
        writer.Write(WalletTag.Repeat, Repeated);
    }

    public static Receipt ReadFields(ref BerTlvReader r)
    {
        var read = new Receipt(
            r.ReadParty(WalletTag.IssuerId), r.ReadDigest(WalletTag.Digest), r.ReadEnum<Verdict>(WalletTag.Verdict),
            r.ReadAmount(WalletTag.Payment), r.ReadCurrency(),
            new Share(
                r.ReadAmount(WalletTag.Credited), r.ReadAmount(WalletTag.Guaranteed), r.ReadAmount(WalletTag.Waiting),
                r.ReadTimestamp(WalletTag.Due)),
            r.ReadUInt16(WalletTag.Revision), r.ReadTimestamp(WalletTag.Date), r.ReadSignature(), r.ReadFlag(WalletTag.Repeat));
        r.Require(read.Verdict != Verdict.Repeat && read.IsSound);
        return read;
    }
}
