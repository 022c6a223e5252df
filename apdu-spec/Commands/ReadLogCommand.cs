namespace HierCash.Protocol.Commands;

/// <summary>READ LOG: entry P1 of the payment log. Wants the holder PIN. Page: read-log.md.</summary>
public readonly record struct ReadLogCommand(byte Index) : ICardCommand<ReadLogCommand, LogReply>
{
    public static byte Ins => 0x44;

    public int Write(Span<byte> to) => CommandClass.Write(to, Ins, Index, 0);

    public static StatusWord Parse(in CommandApdu apdu, out ReadLogCommand command)
    {
        command = new ReadLogCommand(apdu.P1);
        return CommandClass.RequireEmpty(apdu, apdu.P1, 0);
    }

    public static LogReply? ParseReply(ReadOnlySpan<byte> reply) => LogReply.Decode(reply);
}

/// <summary>
/// ACKNOWLEDGE LOG: the wallet keeps a copy of entry P1 as it is now, and the card may drop it. Wants the holder PIN. Page:
/// acknowledge-log.md.
/// </summary>
/// <param name="Content"><see cref="LogReply.Content"/> of what READ LOG answered (rule R13).</param>
public readonly record struct AcknowledgeLogCommand(byte Index, Digest Content) : ICardCommand<AcknowledgeLogCommand, NoReply>
{
    public static byte Ins => 0x46;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[40]);
        data.Write(WalletTag.Digest, Content);
        return CommandClass.Write(to, Ins, Index, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out AcknowledgeLogCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new AcknowledgeLogCommand(apdu.P1, r.ReadDigest(WalletTag.Digest));
        return CommandClass.Check(apdu, apdu.P1, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}

/// <summary>What became of a signed payment on the card (hole 1).</summary>
public enum LogState : byte { Free = 0, Signed = 1, Restored = 2 }

/// <summary>One log entry; only its state where it is free.</summary>
public sealed record LogReply(LogState State, LoggedPayment? Payment) : IDataObject<LogReply>
{
    private const int LargestEncoding = 512;

    /// <summary>
    /// Hash of this answer without Kind: what ACKNOWLEDGE LOG names. CONFIRM and the acknowledgement itself are no change; what takes a
    /// payment back is (rule R13).
    /// </summary>
    public Digest Content => Digest.Of(BerTlv.Encode(LargestEncoding, (ref BerTlvWriter w) => Write(ref w, withKind: false)));

    public void WriteFields(ref BerTlvWriter writer) => Write(ref writer, withKind: true);

    private void Write(ref BerTlvWriter writer, bool withKind)
    {
        writer.Write(WalletTag.State, (byte)State);
        Payment?.Write(ref writer, withKind);
    }

    public static LogReply ReadFields(ref BerTlvReader r)
    {
        var state = r.ReadEnum<LogState>(WalletTag.State);
        return new LogReply(state, state == LogState.Free ? null : LoggedPayment.Read(ref r, state == LogState.Restored));
    }
}

/// <param name="Slot">Coin slot.</param>
/// <param name="Balance">x before the payment.</param>
/// <param name="Confirmed">CONFIRM came.</param>
/// <param name="Acknowledged">The wallet has a copy.</param>
/// <param name="SU">S_U, 64 bytes.</param>
/// <param name="Proof">Of a restored payment: on whose word, and nothing else.</param>
public sealed record LoggedPayment(
    byte Slot, ushort Seq, Amount Balance, Timestamp Time, TillId Till, Amount Paid, bool Confirmed, bool Acknowledged, byte[] SU,
    RestoreProof? Proof = null)
{
    internal void Write(ref BerTlvWriter writer, bool withKind)
    {
        writer.Write(WalletTag.Slot, Slot);
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.Balance, Balance.ToCard());
        writer.Write(WalletTag.Time, Time);
        writer.Write(WalletTag.W, Till);
        writer.Write(WalletTag.Payment, Paid.ToCard());
        if (withKind)
        {
            writer.Write(WalletTag.Kind, (byte)((Confirmed ? 1 : 0) | (Acknowledged ? 2 : 0)));
        }

        writer.Write(WalletTag.SU, SU);
        Proof?.Write(ref writer);
    }

    internal static LoggedPayment Read(ref BerTlvReader r, bool restored)
    {
        byte slot = r.ReadByte(WalletTag.Slot);
        ushort seq = r.ReadUInt16(WalletTag.Seq);
        var balance = r.ReadAmount(WalletTag.Balance);
        var time = r.ReadTimestamp(WalletTag.Time);
        var till = r.ReadTill();
        var paid = r.ReadAmount(WalletTag.Payment);
        byte flags = r.ReadByte(WalletTag.Kind);
        r.Require(flags <= 3);
        return new LoggedPayment(
            slot, seq, balance, time, till, paid, (flags & 1) != 0, (flags & 2) != 0, r.ReadSignature(WalletTag.SU),
            restored ? RestoreProof.Read(ref r) : null);
    }
}

/// <summary>On whose word a payment was restored: the till's S_W, or a dead statement without what the entry says already.</summary>
/// <param name="TillKey">N_W, 65 bytes; null with a dead statement.</param>
/// <param name="Issuer">Of the dead statement, as <paramref name="Basis"/> and <paramref name="Date"/>.</param>
/// <param name="Signature">S_W or the issuer's, 64 bytes.</param>
public sealed record RestoreProof(byte[]? TillKey, PartyId Issuer, DeathBasis Basis, Timestamp Date, byte[] Signature)
{
    internal void Write(ref BerTlvWriter writer)
    {
        if (TillKey is not null)
        {
            writer.Write(WalletTag.TillKey, TillKey);
        }
        else
        {
            writer.Write(WalletTag.IssuerId, Issuer);
            writer.Write(WalletTag.Reason, (byte)Basis);
            writer.Write(WalletTag.Date, Date);
        }

        writer.Write(WalletTag.Signature, Signature);
    }

    internal static RestoreProof Read(ref BerTlvReader r) => r.Next(WalletTag.TillKey)
        ? new(r.ReadBytes(WalletTag.TillKey, PublicKey.Size), default, default, default, r.ReadSignature())
        : new(
            null, r.ReadParty(WalletTag.IssuerId), r.ReadEnum<DeathBasis>(WalletTag.Reason), r.ReadTimestamp(WalletTag.Date),
            r.ReadSignature());
}
