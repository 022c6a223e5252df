using System.Buffers.Binary;

namespace HierCash.Tests.Cheating;

/// <summary>
/// No card at all, but something that answers a till like one: SELECT, and PAY with whatever its maker likes; where that is nothing, it
/// says that it lacks money.
/// </summary>
internal sealed class ForgedCard(Func<PayCommand, CashPayment?> sign) : ICardChannel
{
    public ReadOnlyMemory<byte> Atr => new byte[] { 0x3B, 0x00 };

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        var reply = new BerTlvWriter(new byte[300]);
        var status = Answer(command, ref reply);
        reply.Written.CopyTo(response);
        BinaryPrimitives.WriteUInt16BigEndian(response[reply.Written.Length..], status.Value);
        return reply.Written.Length + 2;
    }

    private StatusWord Answer(ReadOnlySpan<byte> command, ref BerTlvWriter reply)
    {
        var parsed = CommandApdu.Parse(command, out var apdu);
        if (!parsed.IsSuccess)
        {
            return parsed;
        }

        if (apdu.Ins == SelectCommand.Ins)
        {
            new SelectReply(SelectCommand.Wallet, SelectReply.CurrentVersion, Coin.Suite1).Write(ref reply);
            return StatusWord.Success;
        }

        if (apdu.Ins != PayCommand.Ins || !PayCommand.Parse(apdu, out var pay).IsSuccess)
        {
            return StatusWord.InstructionNotSupported;
        }

        if (sign(pay) is not { } h)
        {
            return WalletStatus.BalanceTooSmall;
        }

        new PayReply(h.Coin, h.Seq, h.Balance, h.Paid == pay.Amount ? null : h.Paid, h.SU).Write(ref reply);
        return StatusWord.Success;
    }

    public void Reset()
    {
    }

    public void Dispose()
    {
    }
}
