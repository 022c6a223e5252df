namespace HierCash.Protocol.Commands;

/// <summary>What a coin slot holds (state-machine.md).</summary>
public enum SlotState : byte { Free = 0, Pending = 1, Active = 2, Closed = 3, Ended = 4 }

/// <summary>GET COIN: what slot P1 holds. Wants the holder PIN. Page: get-coin.md.</summary>
public readonly record struct GetCoinCommand(byte Slot) : ICardCommand<GetCoinCommand, CoinReply>
{
    public static byte Ins => 0x40;

    public int Write(Span<byte> to) => CommandClass.Write(to, Ins, Slot, 0);

    public static StatusWord Parse(in CommandApdu apdu, out GetCoinCommand command)
    {
        command = new GetCoinCommand(apdu.P1);
        return CommandClass.RequireEmpty(apdu, apdu.P1, 0);
    }

    public static CoinReply? ParseReply(ReadOnlySpan<byte> reply) => CoinReply.Decode(reply);
}

/// <param name="Pending">Of a pending withdrawal.</param>
/// <param name="Cash">Of an active or closed coin.</param>
/// <param name="Seq">Payments signed so far.</param>
/// <param name="Order">Number of the order that this withdrawal has, or had; 0: none was signed (rule R27).</param>
public sealed record CoinReply(SlotState State, PendingWithdrawal? Pending, CashReply? Cash, ushort Seq, uint Order)
    : IDataObject<CoinReply>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)State);
        if (State != SlotState.Free)
        {
            writer.Write(WalletTag.OrderNumber, Order);
        }

        Pending?.Write(ref writer);

        if (Cash is not null)
        {
            writer.Write(WalletTag.Seq, Seq);
            Cash.Write(ref writer);
        }
    }

    public static CoinReply ReadFields(ref BerTlvReader r)
    {
        var state = r.ReadEnum<SlotState>(WalletTag.State);
        uint order = state == SlotState.Free ? 0 : r.ReadUInt32(WalletTag.OrderNumber);
        var pending = state == SlotState.Pending ? r.Read<PendingWithdrawal>() : null;
        bool isCoin = state is SlotState.Active or SlotState.Closed or SlotState.Ended;
        ushort seq = isCoin ? r.ReadUInt16(WalletTag.Seq) : (ushort)0;
        return new CoinReply(state, pending, isCoin ? r.Read<CashReply>() : null, seq, order);
    }
}

/// <param name="Key">Which PE_I enciphered E_I.</param>
public sealed record PendingWithdrawal(Amount FaceValue, Currency Currency, KeyId Key) : IDataObject<PendingWithdrawal>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.KeyId, Key);
    }

    public static PendingWithdrawal ReadFields(ref BerTlvReader r) =>
        new(r.ReadAmount(WalletTag.FaceValue), r.ReadCurrency(), r.ReadKeyId(WalletTag.KeyId));
}
