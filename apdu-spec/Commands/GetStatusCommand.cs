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

    public static StatusReply? ParseReply(ReadOnlySpan<byte> reply) => StatusReply.Decode(reply);
}

/// <summary>What any terminal may know; <see cref="Private"/> only after the holder PIN.</summary>
/// <param name="PinTries">Of the payment PIN.</param>
public sealed record StatusReply(WalletState State, byte Version, byte PinTries, byte HolderTries, byte PukTries, PrivateStatus? Private)
    : IDataObject<StatusReply>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)State);
        writer.Write(WalletTag.Version, Version);
        writer.Write(WalletTag.PinTries, PinTries);
        writer.Write(WalletTag.HolderTries, HolderTries);
        writer.Write(WalletTag.PukTries, PukTries);
        Private?.Write(ref writer);
    }

    public static StatusReply ReadFields(ref BerTlvReader r) => new(
        r.ReadEnum<WalletState>(WalletTag.State), r.ReadByte(WalletTag.Version), r.ReadByte(WalletTag.PinTries),
        r.ReadByte(WalletTag.HolderTries), r.ReadByte(WalletTag.PukTries), r.HasMore ? r.Read<PrivateStatus>() : null);
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
    byte LogEntries, byte NewestEntry) : IDataObject<PrivateStatus>
{
    /// <summary>The log is empty.</summary>
    public const byte NoEntry = 0xFF;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Scheme, Scheme);
        writer.Write(WalletTag.U, User);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.NoPinLimit, NoPinLimit.ToCard());
        writer.Write(WalletTag.NoPinSpent, NoPinSpent.ToCard());
        writer.Write(WalletTag.NoPinCount, NoPinCount);
        writer.Write(WalletTag.SlotCount, Slots);
        writer.Write(WalletTag.LogCount, LogEntries);
        writer.Write(WalletTag.NewestEntry, NewestEntry);
    }

    public static PrivateStatus ReadFields(ref BerTlvReader r) => new(
        r.ReadDigest(WalletTag.Scheme), r.ReadUser(), r.ReadParty(WalletTag.B), r.ReadCurrency(), r.ReadAmount(WalletTag.NoPinLimit),
        r.ReadAmount(WalletTag.NoPinSpent), r.ReadByte(WalletTag.NoPinCount), r.ReadByte(WalletTag.SlotCount),
        r.ReadByte(WalletTag.LogCount), r.ReadByte(WalletTag.NewestEntry));
}
