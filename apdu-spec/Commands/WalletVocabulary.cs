using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using HierCash.Protocol.Commands;

namespace HierCash.Protocol;

/// <summary>
/// The wallet's commands, data objects and status words in words. Secrets are not told: the data of VERIFY and its kin is left out.
/// </summary>
public sealed class WalletVocabulary : IApduVocabulary
{
    private static readonly Dictionary<byte, string> IsoNames = new()
    {
        [0xA4] = "SELECT",
        [0xC0] = "GET RESPONSE",
        [VerifyCommand.Ins] = "VERIFY",
        [ChangePinCommand.Ins] = "CHANGE REFERENCE DATA",
        [UnblockPinCommand.Ins] = "RESET RETRY COUNTER",
    };

    private static readonly Dictionary<byte, string> WalletNames = new()
    {
        [GetStatusCommand.Ins] = "GET STATUS",
        [PersonaliseCommand.Ins] = "PERSONALISE",
        [BeginActivationCommand.Ins] = "BEGIN ACTIVATION",
        [FinishActivationCommand.Ins] = "FINISH ACTIVATION",
        [GetNonceCommand.Ins] = "GET NONCE",
        [SetBackCommand.Ins] = "SET BACK",
        [PutCertificateCommand.Ins] = "PUT CERTIFICATE",
        [BeginWithdrawalCommand.Ins] = "BEGIN WITHDRAWAL",
        [AuthoriseWithdrawalCommand.Ins] = "AUTHORISE WITHDRAWAL",
        [RenounceOrderCommand.Ins] = "RENOUNCE ORDER",
        [FinishWithdrawalCommand.Ins] = "FINISH WITHDRAWAL",
        [ReleaseWithdrawalCommand.Ins] = "RELEASE WITHDRAWAL",
        [GetCashCommand.Ins] = "GET CASH",
        [PayCommand.Ins] = "PAY",
        [ConfirmCommand.Ins] = "CONFIRM",
        [VoidCommand.Ins] = "VOID",
        [RestoreCommand.Ins] = "RESTORE",
        [ShowPaymentCommand.Ins] = "SHOW PAYMENT",
        [CloseCommand.Ins] = "CLOSE",
        [GetCoinCommand.Ins] = "GET COIN",
        [GetBalanceCommand.Ins] = "GET BALANCE",
        [ReadLogCommand.Ins] = "READ LOG",
        [AcknowledgeLogCommand.Ins] = "ACKNOWLEDGE LOG",
        [AuthoriseLostCardCommand.Ins] = "AUTHORISE LOST CARD",
    };

    private WalletVocabulary()
    {
    }

    /// <summary>The only one: it holds no state.</summary>
    public static WalletVocabulary Instance { get; } = new();

    /// <summary>
    /// True for commands whose data field holds a PIN, a PUK, or an activation code; also for one of them under the other class, which is a
    /// slip.
    /// </summary>
    public bool IsSecret(ReadOnlySpan<byte> command) => command.Length >= 2 && ((command[0] & 0x80) == 0
        ? command[1] is 0x20 or 0x24 or 0x2C
        : command[1] is 0x16 or 0x18 || (command[1] is 0x20 or 0x24 or 0x2C && command.Length >= 4 && command[3] is 0x81 or 0x82));

    /// <summary>
    /// True for the command whose answer is a PUK. What GET RESPONSE fetches of it is not known here: a terminal that leaves out Le has
    /// itself to blame.
    /// </summary>
    public bool IsAnsweredInSecret(ReadOnlySpan<byte> command) =>
        command.Length >= 2 && (command[0] & 0x80) != 0 && command[1] == BeginActivationCommand.Ins;

    /// <summary>True for VERIFY in the interindustry class.</summary>
    public bool IsVerify(ReadOnlySpan<byte> header) =>
        header.Length >= 2 && header[0] == CommandClass.Iso && header[1] == VerifyCommand.Ins;

    /// <summary>The data field of VERIFY for whoever plays a trace that leaves it out: by P2, the PIN's block.</summary>
    /// <param name="holderPin">4 to 8 digits; null where it is not known, and then no trace with a VERIFY of either PIN can be
    /// played.</param>
    /// <param name="paymentPin">The same of the payment PIN; null where that is the holder PIN's digits too.</param>
    /// <returns>Null where <paramref name="holderPin"/> is.</returns>
    public static Func<byte, byte[]>? Blocks(string? holderPin, string? paymentPin) =>
        holderPin is null ? null : reference => Pin.ToBlock(reference == (byte)PinRole.Payment ? paymentPin ?? holderPin : holderPin);

    /// <summary>The command's name in the specification, or its CLA and INS.</summary>
    public string Name(ReadOnlySpan<byte> command) => command.Length < 2 ? $"the command {Hex.Spaced(command)}"
        : ((command[0] & 0x80) == 0 ? IsoNames : WalletNames).GetValueOrDefault(command[1]) ?? $"CLA {command[0]:X2} INS {command[1]:X2}";

    /// <summary>As it may be shown to anybody: hexadecimal, secret data left out.</summary>
    public string Show(ReadOnlySpan<byte> command) =>
        IsSecret(command) && command.Length > 5 ? Hex.Spaced(command[..5]) + " (secret)" : Hex.Spaced(command);

    /// <summary>Name and data objects of a command.</summary>
    public string DescribeCommand(ReadOnlySpan<byte> command)
    {
        string name = Name(command);
        if (IsSecret(command) || !CommandApdu.Parse(command, out var apdu).IsSuccess)
        {
            return name;
        }

        if (apdu is { Cla: 0, Ins: 0xA4 })
        {
            return $"{name} {Convert.ToHexString(apdu.Data)}";
        }

        string data = Objects(apdu.Data);
        return $"{name}, P1 {apdu.P1:X2}{(data.Length > 0 ? ": " + data : "")}";
    }

    /// <summary>Status word and data objects of a response.</summary>
    public string Describe(ReadOnlySpan<byte> response)
    {
        if (response.Length < 2)
        {
            return "No status word.";
        }

        var status = new StatusWord(BinaryPrimitives.ReadUInt16BigEndian(response[^2..]));
        string data = Objects(response[..^2]);
        return data.Length > 0 ? $"{data}; {status} {status.Explain()}" : $"{status} {status.Explain()}";
    }

    /// <summary>Data objects by name; empty for bytes that are none.</summary>
    public static string Objects(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        var reader = new BerTlvReader(data);
        while (reader.HasMore && reader.ReadAny(out ushort tag, out var value))
        {
            text.Append(text.Length > 0 ? ", " : "");
            var known = (Tag)tag;
            string name = WalletTag.NameOf(known);
            bool constructed = ((tag > 0xFF ? tag >> 8 : tag) & 0x20) != 0;
            text.Append(name).Append(constructed ? $" {{{Objects(value)}}}" : $" {Value(known, value)}");
        }

        return reader.Complete ? text.ToString() : "";
    }

    private static string Value(Tag tag, ReadOnlySpan<byte> value) => tag switch
    {
        WalletTag.FaceValue or WalletTag.Balance or WalletTag.Payment or WalletTag.PartPaid or WalletTag.NoPinLimit or WalletTag.NoPinSpent
            or WalletTag.Guaranteed when value.Length == 4 =>
            BinaryPrimitives.ReadUInt32BigEndian(value).ToString(CultureInfo.InvariantCulture),
        WalletTag.Total or WalletTag.Number when value.Length == 8 =>
            BinaryPrimitives.ReadUInt64BigEndian(value).ToString(CultureInfo.InvariantCulture),
        WalletTag.Seq or WalletTag.TM when value.Length == 2 =>
            BinaryPrimitives.ReadUInt16BigEndian(value).ToString(CultureInfo.InvariantCulture),
        WalletTag.Currency when value.Length == 2 => new Currency(BinaryPrimitives.ReadUInt16BigEndian(value)).Name,
        WalletTag.Expiry when value.Length == 2 => new Quarter(BinaryPrimitives.ReadUInt16BigEndian(value)).ToString(),
        WalletTag.Time or WalletTag.Date or WalletTag.NotBefore or WalletTag.NotAfter or WalletTag.Due when value.Length == 8 =>
            new Timestamp(BinaryPrimitives.ReadUInt64BigEndian(value)).ToString(),
        WalletTag.Name or WalletTag.Text => $"'{Encoding.UTF8.GetString(value)}'",
        _ => Convert.ToHexString(value),
    };
}
