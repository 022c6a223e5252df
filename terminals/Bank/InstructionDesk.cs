using System.Buffers.Binary;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Bank;

/// <summary>
/// Books what the issuer instructs (EP 0810563, settlement step 2; hole 18): in order of number, each once, only with the
/// issuer's signature. The first instruction that cannot be booked stops the rest, and the audit says so.
/// </summary>
internal sealed class InstructionDesk(
    PartyId bank, Database store, ICashSuite suite, Scheme scheme, ILink issuer, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>Fetches and books all instructions.</summary>
    /// <returns>How many were booked.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">An instruction is not one that this bank may book; nothing of it was.</exception>
    public async ValueTask<int> Fetch(CancellationToken cancel)
    {
        int booked = 0;
        while (true)
        {
            var reply = await issuer.Call(InstructionsMessage.Write(LastNumber), cancel);
            var transfers = InstructionsMessage.ReadReply(reply)
                ?? throw new InvalidOperationException($"The issuer did not answer with instructions. {Refusal.Read(reply)?.Text}");
            if (transfers.Count == 0)
            {
                return booked;
            }

            foreach (var transfer in transfers)
            {
                Check(transfer);
                store.Write(db =>
                {
                    Book(db, transfer);
                    crash.Reach(CrashPoints.InstructionUncommitted);
                    return true;
                });
                crash.Reach(CrashPoints.InstructionBooked);
                booked++;
            }
        }
    }

    public ulong LastNumber => store.Read(db => (ulong)db.Number("SELECT number FROM booked"));

    private void Check(Transfer transfer)
    {
        bool ours = transfer.Issuer == scheme.Issuer && transfer.Bank == bank && transfer.Currency == scheme.Terms.Currency
            && scheme.IsStatement(k => transfer.Verify(suite, k));
        if (!ours)
        {
            throw new InvalidOperationException($"Instruction {transfer.Number} is not signed by the issuer for this bank.");
        }
    }

    private void Book(Database db, Transfer transfer)
    {
        ulong expected = (ulong)db.Number("SELECT number FROM booked") + 1;
        if (transfer.Number != expected)
        {
            throw new InvalidOperationException($"Instruction {transfer.Number} came where {expected} was due.");
        }

        var (from, to) = Accounts(db, transfer);
        var reference = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(reference, transfer.Number);
        Ledger.Move(db, Timestamp.Now(clock), "instruction", reference, from, to, transfer.Total);
        db.Execute("INSERT INTO booked_transfer(number, transfer) VALUES(?1, ?2)", (long)transfer.Number, transfer.Encode());
        db.Execute("INSERT INTO booked(only, number) VALUES(1, ?1) ON CONFLICT(only) DO UPDATE SET number = excluded.number", (long)transfer.Number);
    }

    private (LedgerAccount From, LedgerAccount To) Accounts(Database db, Transfer transfer) => transfer.Kind switch
    {
        TransferKind.FloatDebit => (RequireFloat(db, transfer), LedgerAccount.Clearing),
        TransferKind.ShopCredit => (LedgerAccount.Clearing, RequireShop(db, transfer)),
        TransferKind.ClaimDebit => (RequireClaim(db, transfer), LedgerAccount.Clearing),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit => (RequireFloat(db, transfer), RequireUser(db, transfer)),
        TransferKind.FloatRestore => (LedgerAccount.Clearing, LedgerAccount.Float),
        TransferKind.ShopDebit => (RequireShop(db, transfer), LedgerAccount.Clearing),
        TransferKind.ClaimRestore => (LedgerAccount.Clearing, RestoreClaim(db, transfer)),
        _ => throw new InvalidOperationException($"Instruction {transfer.Number} is of unknown kind {transfer.Kind}."),
    };

    private static LedgerAccount RequireFloat(Database db, Transfer transfer) =>
        Ledger.Balance(db, LedgerAccount.Float) >= transfer.Total.ToLedger()
            ? LedgerAccount.Float
            : throw new InvalidOperationException($"Instruction {transfer.Number} takes more from the e-cash float than is in it.");

    private static LedgerAccount RequireShop(Database db, Transfer transfer) =>
        db.Number("SELECT count(*) FROM shop_account WHERE reference = ?1", transfer.Reference.ToArray()) == 1
            ? LedgerAccount.Shop(transfer.Reference)
            : throw new InvalidOperationException($"Instruction {transfer.Number} names a shop account that this bank does not have.");

    private static LedgerAccount RequireUser(Database db, Transfer transfer) =>
        UserDatabase.Find(db, new RequestId(transfer.Reference)) is { } row
            ? LedgerAccount.User(row.Order.User)
            : throw new InvalidOperationException($"Instruction {transfer.Number} names a withdrawal that this bank does not know.");

    /// <summary>What a claim had paid comes back: so much less is claimed.</summary>
    private static LedgerAccount RestoreClaim(Database db, Transfer transfer)
    {
        db.Execute("UPDATE evidence SET claimed = claimed - ?2 WHERE coin_id = ?1", transfer.Reference.ToArray(), transfer.Total.ToLedger());
        return LedgerAccount.Claims;
    }

    /// <summary>A claim is booked only on evidence that this bank verified itself, after disputeTerm, and never beyond what was signed (hole 13).</summary>
    private LedgerAccount RequireClaim(Database db, Transfer transfer)
    {
        bool covered = EvidenceStore.Claimable(db, new CoinId(transfer.Reference), Timestamp.Now(clock)) >= transfer.Total;
        int changed = covered
            ? db.Execute("UPDATE evidence SET claimed = claimed + ?2 WHERE coin_id = ?1", transfer.Reference.ToArray(), transfer.Total.ToLedger())
            : 0;
        return changed == 1
            ? LedgerAccount.Claims
            : throw new InvalidOperationException($"Instruction {transfer.Number} claims money without evidence that this bank verified.");
    }
}
