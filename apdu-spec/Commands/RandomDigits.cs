namespace HierCash.Protocol.Commands;

/// <summary>Random ASCII digits, each as likely as any other: of a PUK and of an activation code (rule R12).</summary>
public static class RandomDigits
{
    /// <summary>The largest multiple of ten that a byte can be: what is not below it would favour the digits 0 to 5.</summary>
    private const int Fair = 250;

    public static byte[] Make(IRandomSource random, int count)
    {
        var digits = new byte[count];
        Span<byte> one = stackalloc byte[1];
        for (int i = 0; i < count;)
        {
            random.Fill(one);
            if (one[0] < Fair)
            {
                digits[i++] = (byte)('0' + (one[0] % 10));
            }
        }

        return digits;
    }
}
