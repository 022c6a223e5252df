using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>
/// That the issuer was restored from a copy, and has recovered (R27). Tills bring again what it answered since. It binds nobody: what it had not forgotten gets the answer that it had.
/// </summary>
/// <param name="Since">The date of the copy's last word to a bank: what came later it may have forgotten.</param>
/// <param name="Ended">When it went on; the newest restoration has the latest.</param>
public sealed record Restoration(Timestamp Since, Timestamp Ended);

/// <summary>A withdrawal of a bank that was answered with cash, as the issuer has it.</summary>
/// <param name="Row">Its place among those that the issuer tells of, rising.</param>
/// <param name="Asked">What the bank had signed when it asked for it.</param>
/// <param name="EK">E_K, the answer.</param>
public sealed record IssuedWithdrawal(ulong Row, IssueRequest Asked, byte[] EK);

/// <summary>What a bank gives back to an issuer that was restored from a copy: what that had signed, in order of number.</summary>
/// <param name="IsLast">The bank has no more.</param>
/// <param name="Issued">Withdrawals that were answered with cash: the bank's request, signed anew, and the answer.</param>
public sealed record ReturnedWords(bool IsLast, List<(IssueRequest Asked, byte[] EK)> Issued, List<ClearingInstruction> Transfers, List<CirculationStatement> Statements);

/// <summary>Bank to issuer, when the bank was restored from a copy (R27): what was issued to it, and who its shops are.</summary>
public static class RecoveryMessages
{
    /// <summary>Withdrawals, or shops, in one reply; ask again for more.</summary>
    public const int MaxEntries = 512;

    public static LinkMessage WriteIssued(ulong after) => new(MessageType.Issued, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(WalletTag.Number, after)));

    public static ulong? ReadIssued(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong after = r.ReadUInt64(WalletTag.Number);
        return r.Complete && after <= long.MaxValue ? after : null;
    }

    public static LinkMessage WriteIssuedReply(IReadOnlyList<IssuedWithdrawal> issued) => new(
        MessageType.IssuedReply,
        BerTlv.Encode(16 + (issued.Count * (IssueRequest.MaxEncodedSize + 200)), (ref BerTlvWriter w) =>
        {
            foreach (var one in issued)
            {
                w.Write(WalletTag.Number, one.Row);
                one.Asked.Write(ref w);
                w.Write(WalletTag.EK, one.EK);
            }
        }));

    public static IReadOnlyList<IssuedWithdrawal>? ReadIssuedReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var issued = new List<IssuedWithdrawal>();
        while (r.HasMore && issued.Count < MaxEntries)
        {
            ulong row = r.ReadUInt64(WalletTag.Number);
            var asked = IssueRequest.Read(ref r);
            issued.Add(new IssuedWithdrawal(row, asked, ReadEK(ref r)));
        }

        return r.Complete && message.Type == MessageType.IssuedReply ? issued : null;
    }

    private static byte[] ReadEK(ref BerTlvReader r)
    {
        var ek = r.Read(WalletTag.EK).ToArray();
        if (!CashAnswer.IsEnciphered(ek.Length))
        {
            r.Fail();
        }

        return ek;
    }

    public static LinkMessage WriteShops() => new(MessageType.ShopsOfBank, []);

    public static LinkMessage WriteShopsReply(IReadOnlyList<(Digest Account, string Name)> shops) => new(
        MessageType.ShopsOfBankReply,
        BerTlv.Encode(16 + (shops.Count * 320), (ref BerTlvWriter w) =>
        {
            foreach (var (account, name) in shops)
            {
                w.Write(WalletTag.Reference, account.ToArray());
                w.Write(WalletTag.Name, name);
            }
        }));

    public static IReadOnlyList<(Digest Account, string Name)>? ReadShopsReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var shops = new List<(Digest, string)>();
        while (r.HasMore)
        {
            var account = Digest.Read(r.ReadBytes(WalletTag.Reference, Digest.Size));
            shops.Add((account, r.ReadText(WalletTag.Name, EnrolmentRequest.MaxNameSize)));
        }

        return r.Complete && message.Type == MessageType.ShopsOfBankReply ? shops : null;
    }

    public static LinkMessage WriteReturn(ReturnedWords words) => new(
        MessageType.Return,
        BerTlv.Encode(
            16 + (words.Transfers.Count * ClearingInstruction.MaxEncodedSize) + (words.Statements.Count * CirculationStatement.MaxEncodedSize) + (words.Issued.Count * (IssueRequest.MaxEncodedSize + 200)),
            (ref BerTlvWriter w) =>
            {
                w.Write(WalletTag.State, (byte)(words.IsLast ? 1 : 0));
                foreach (var (asked, ek) in words.Issued)
                {
                    asked.Write(ref w);
                    w.Write(WalletTag.EK, ek);
                }

                foreach (var transfer in words.Transfers)
                {
                    transfer.Write(ref w);
                }

                foreach (var statement in words.Statements)
                {
                    statement.Write(ref w);
                }
            }));

    public static ReturnedWords? ReadReturn(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        byte last = r.ReadByte(WalletTag.State);
        var words = new ReturnedWords(last == 1, [], [], []);
        while (r.Next(WalletTag.IssueRequest) && words.Issued.Count < MaxEntries)
        {
            var asked = IssueRequest.Read(ref r);
            words.Issued.Add((asked, ReadEK(ref r)));
        }

        while (r.Next(WalletTag.ClearingInstruction) && words.Transfers.Count < MaxEntries)
        {
            words.Transfers.Add(ClearingInstruction.Read(ref r));
        }

        while (r.HasMore && words.Statements.Count < MaxEntries && CirculationStatement.Read(ref r) is { } statement)
        {
            words.Statements.Add(statement);
        }

        return r.Complete && last <= 1 ? words : null;
    }

    public static LinkMessage WriteReturnReply() => new(MessageType.ReturnReply, []);
}
