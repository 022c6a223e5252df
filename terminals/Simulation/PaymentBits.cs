namespace HierCash.Simulation;

/// <summary>
/// Counts what the patent counts: the bits of TIME, W, e, y, currency, seq, x and S_U that crossed the reader. Tags, lengths,
/// headers and C itself are in the byte count.
/// </summary>
public static class PaymentBits
{
    private const byte PayIns = 0x32;

    private static readonly Tag[] Counted =
        [WalletTag.Time, WalletTag.W, WalletTag.E, WalletTag.Payment, WalletTag.PartPaid, WalletTag.Currency, WalletTag.Seq,
            WalletTag.Balance, WalletTag.SU];

    /// <summary>Bits of the PAY commands and their answers in a trace.</summary>
    public static int Count(IEnumerable<ApduRecord> trace)
    {
        int bits = 0;
        foreach (var apdu in trace.Where(a => a.Command[1] == PayIns && a.Response.AsSpan().EndsWith<byte>([0x90, 0x00])))
        {
            CommandApdu.Parse(apdu.Command, out var command);
            bits += CountObjects(command.Data) + CountObjects(apdu.Response.AsSpan(0, apdu.Response.Length - 2));
        }

        return bits;
    }

    private static int CountObjects(ReadOnlySpan<byte> data)
    {
        int bits = 0;
        var reader = new BerTlvReader(data);
        if (reader.Next(WalletTag.Coin))
        {
            reader.Read(WalletTag.Coin);
        }

        while (reader.HasMore)
        {
            bool found = false;
            foreach (var tag in Counted)
            {
                if (reader.Next(tag))
                {
                    bits += 8 * reader.Read(tag).Length;
                    found = true;
                    break;
                }
            }

            if (!found)
            {
                throw new InvalidOperationException("A payment holds a data object that is not counted.");
            }
        }

        return bits;
    }
}
