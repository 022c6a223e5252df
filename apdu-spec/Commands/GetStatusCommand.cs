namespace HierCash.Protocol.Commands;

/// <summary>Where the wallet stands in its life (state-machine.md).</summary>
public enum WalletState : byte { Blank = 1, Personalised = 2, Frozen = 3, NotActivated = 4 }

/// <summary>GET STATUS. Page: get-status.md.</summary>
public readonly record struct GetStatusCommand : ICardCommand<GetStatusCommand, StatusReply>
{
    public static byte Ins => 0x10;

    public int Write(Span<byte> to) => CommandClass.Write(to, Ins, 0, 0);

    public static StatusWord Parse(in CommandApdu apdu, out GetStatusCommand command)
    {
        command = default;
        return CommandClass.RequireEmpty(apdu, 0, 0);
    }

    public static StatusReply? ParseReply(ReadOnlySpan<byte> reply) => StatusReply.Read(reply);
}

/// <summary>What any terminal may know; <see cref="Private"/> only after the holder PIN.</summary>
/// <param name="PinTries">Of the payment PIN.</param>
public sealed record StatusReply(WalletState State, byte Version, byte PinTries, byte HolderTries, byte PukTries, PrivateStatus? Private)
{
    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)State);
        writer.Write(WalletTag.Version, Version);
        writer.Write(WalletTag.PinTries, PinTries);
        writer.Write(WalletTag.HolderTries, HolderTries);
        writer.Write(WalletTag.PukTries, PukTries);
        Private?.Write(ref writer);
    }

    public static StatusReply? Read(ReadOnlySpan<byte> reply)
    {
        var reader = new BerTlvReader(reply);
        byte state = reader.ReadByte(WalletTag.State);
        byte version = reader.ReadByte(WalletTag.Version);
        byte pin = reader.ReadByte(WalletTag.PinTries);
        byte holder = reader.ReadByte(WalletTag.HolderTries);
        byte puk = reader.ReadByte(WalletTag.PukTries);
        var more = reader.HasMore ? PrivateStatus.Read(ref reader) : null;
        return reader.Complete && state is >= 1 and <= 4
            ? new StatusReply((WalletState)state, version, pin, holder, puk, more)
            : null;
    }
}

/// <param name="Scheme">SHA-256 of the pinned root key, 65 bytes.</param>
/// <param name="NoPinSpent">Paid without the payment PIN since the last correct one.</param>
/// <param name="NoPinCount">How many payments that were, those that were taken back included (rule R13).</param>
/// <param name="Slots">Coin slots of the card.</param>
/// <param name="LogEntries">Log entries of the card.</param>
/// <param name="NewestEntry">Which of them is the payment that the card signed last, whatever its TIME says; <see cref="NoEntry"/> where
/// the log is empty.</param>
public sealed record PrivateStatus(
    Digest Scheme, AccountId User, PartyId Bank, Currency Currency, Amount NoPinLimit, Amount NoPinSpent, byte NoPinCount, byte Slots,
    byte LogEntries, byte NewestEntry)
{
    /// <summary>The log is empty.</summary>
    public const byte NoEntry = 0xFF;

    internal void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Scheme, Scheme.ToArray());
        writer.Write(WalletTag.U, User.Value.ToArray());
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.NoPinLimit, NoPinLimit.ToCard());
        writer.Write(WalletTag.NoPinSpent, NoPinSpent.ToCard());
        writer.Write(WalletTag.NoPinCount, NoPinCount);
        writer.Write(WalletTag.SlotCount, Slots);
        writer.Write(WalletTag.LogCount, LogEntries);
        writer.Write(WalletTag.NewestEntry, NewestEntry);
    }

    internal static PrivateStatus Read(ref BerTlvReader reader) => new(
        Digest.Read(reader.ReadBytes(WalletTag.Scheme, Digest.Size)),
        new AccountId(Id16.Read(reader.ReadBytes(WalletTag.U, Id16.Size))),
        new PartyId(reader.ReadUInt32(WalletTag.B)),
        new Currency(reader.ReadUInt16(WalletTag.Currency)),
        new Amount(reader.ReadUInt32(WalletTag.NoPinLimit)),
        new Amount(reader.ReadUInt32(WalletTag.NoPinSpent)),
        reader.ReadByte(WalletTag.NoPinCount),
        reader.ReadByte(WalletTag.SlotCount),
        reader.ReadByte(WalletTag.LogCount),
        reader.ReadByte(WalletTag.NewestEntry));
}
