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

    public static CoinReply? ParseReply(ReadOnlySpan<byte> reply) => CoinReply.Read(reply);
}

/// <param name="Pending">Of a pending withdrawal.</param>
/// <param name="Cash">Of an active or closed coin.</param>
/// <param name="Seq">Payments signed so far.</param>
/// <param name="Order">Number of the order that this withdrawal has, or had; 0: none was signed (rule R27).</param>
public sealed record CoinReply(SlotState State, PendingWithdrawal? Pending, CashReply? Cash, ushort Seq, uint Order)
{
    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)State);
        if (State != SlotState.Free)
        {
            writer.Write(WalletTag.OrderNumber, Order);
        }

        if (Pending is { } pending)
        {
            writer.Write(WalletTag.FaceValue, pending.FaceValue.ToCard());
            writer.Write(WalletTag.Currency, pending.Currency.Code);
            writer.Write(WalletTag.KeyId, pending.Key.Value);
        }

        if (Cash is not null)
        {
            writer.Write(WalletTag.Seq, Seq);
            Cash.Write(ref writer);
        }
    }

    public static CoinReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        byte state = r.ReadByte(WalletTag.State);
        PendingWithdrawal? pending = null;
        CashReply? cash = null;
        ushort seq = 0;
        uint order = state == (byte)SlotState.Free ? 0 : r.ReadUInt32(WalletTag.OrderNumber);
        if (state == (byte)SlotState.Pending)
        {
            pending = new PendingWithdrawal(
                new Amount(r.ReadUInt32(WalletTag.FaceValue)), new Currency(r.ReadUInt16(WalletTag.Currency)),
                new KeyId(r.ReadUInt32(WalletTag.KeyId)));
        }
        else if (state is (byte)SlotState.Active or (byte)SlotState.Closed or (byte)SlotState.Ended)
        {
            seq = r.ReadUInt16(WalletTag.Seq);
            var coin = Coin.Read(ref r);
            cash = new CashReply(coin, new Amount(r.ReadUInt32(WalletTag.Balance)));
        }

        return r.Complete && state <= (byte)SlotState.Ended ? new CoinReply((SlotState)state, pending, cash, seq, order) : null;
    }
}

/// <param name="Key">Which PE_I enciphered E_I.</param>
public sealed record PendingWithdrawal(Amount FaceValue, Currency Currency, KeyId Key);
