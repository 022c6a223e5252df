namespace HierCash.Issuer;

/// <summary>
/// Moves money between banks without telling a user's bank which shop was paid (hole 18): per cycle one debit total for each
/// user bank and one credit for each shop. Instructions are numbered per bank without gaps; banks fetch them and book each once, or
/// park it with a signed reason (R8).
/// </summary>
internal sealed class ClearingCycle(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, Claims claims, ParkedInstructions parked,
    SettlementProofs proofs, AgreedBooks agreement, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>
    /// Closes a cycle for the banks that agree (R27), what comes back to a float or to claims before what leaves it: what is owed becomes
    /// signed instructions. Guaranteed payments that are due come first.
    /// </summary>
    /// <returns>Instructions made.</returns>
    public int CloseCycle(Timestamp now)
    {
        proofs.Refresh(store.Read(db => claims.Doubted(db, now).Concat(parked.Doubted(db, now)).Distinct().ToList()), now);
        int made = store.Write(db =>
        {
            claims.PayDue(db, now);
            Recovered(db);
            var due = TransferDeltaTable.Due(db).FindAll(d => agreement.IsAgreed(d.Bank));
            foreach (var owed in due)
            {
                ulong number = BankTable.NextInstruction(db, owed.Bank);
                InstructionTable.Add(db, ClearingInstruction.Sign(
                    keys.Statement, issuer, number, owed.Bank, owed.Kind, owed.Reference, owed.Amount, terms.Currency, now));
                TransferDeltaTable.Remove(db, owed);
                if (owed.Kind == TransferKind.ClaimDebit)
                {
                    ClaimPaymentTable.Instructed(db, owed.Bank, new CoinId(owed.Reference), (ulong)number);
                }
            }

            TransferDeltaTable.RemoveEmpty(db);
            parked.RunDue(db, now);
            crash.Reach(CrashPoints.CycleUncommitted);
            return due.Count;
        });
        crash.Reach(CrashPoints.CycleCommitted);
        return made;
    }

    /// <summary>
    /// What banks gave back to an issuer that was restored from a copy, and what it is going to instruct, meet (R27). A credit and its
    /// taking back, both forgotten, come to nothing. A claim that was instructed before is that instruction, whose booking pays the shop.
    /// </summary>
    private static void Recovered(IWriteTransaction db)
    {
        foreach (var (paid, back) in new[] { (TransferKind.ShopCredit, TransferKind.ShopDebit),
            (TransferKind.FloatDebit, TransferKind.FloatRestore), (TransferKind.ClaimDebit, TransferKind.ClaimRestore) })
        {
            TransferDeltaTable.Meet(db, paid, back);
        }

        foreach (var (bank, coin, number) in TransferDeltaTable.ClaimedBefore(db))
        {
            ClaimPaymentTable.Instructed(db, bank, new CoinId(coin), (ulong)number);
        }
    }

    /// <summary>A bank says which instructions it has, and which of them it parked, and fetches what comes after them.</summary>
    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || store.Read(db => BankTable.Find(db, peer.Id)) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, "Only banks fetch instructions, each its own.");
        }

        if (request.As<InstructionsMessage>() is not { } said)
        {
            return Refuse(RefusalReason.Malformed, "The request for instructions is malformed.");
        }

        // What it parked before its key changed, it signed with the key of then; that it is the bank which brings it, the link says.
        var keysOfBank = said.Statements.Count == 0 ? [] : store.Read(db => BankTable.Keys(db, bank.Id));
        bool genuine = said.Statements.All(s => s.Bank == bank.Id && keysOfBank.Exists(k => s.Verify(suite, k)));
        bool covered = said.Statements.All(s => s.Number <= said.Seen);
        if (!genuine || !covered)
        {
            store.Write(db => Alarms.Raise(db, Alarms.StatementNotSigned, bank.Id, 0, Timestamp.Now(clock)));
            return Refuse(RefusalReason.BadSignature, "A statement about an instruction is not signed by this bank.");
        }

        var answer = store.Write(db => Answer(db, bank.Id, said, Timestamp.Now(clock)));
        crash.Reach(CrashPoints.AcknowledgedCommitted);
        return answer;
    }

    private LinkMessage Answer(IWriteTransaction db, PartyId bank, InstructionsMessage said, Timestamp now)
    {
        ulong next = BankTable.NextInstruction(db, bank);
        bool made = said.Seen < next && said.Statements.All(s => s.Number < next);
        if (!made)
        {
            // It would fill the store with words about nothing, and their term would be over before there is anything to book (rule R10).
            Alarms.Raise(db, Alarms.NeverInstructed, bank, 0, now);
            return Refuse(RefusalReason.NotAllowed,
                $"This bank speaks of instruction {said.Seen}, and only {next - 1} were ever made for it.");
        }

        if (!ParkedInstructions.Hear(db, bank, said.Statements, now))
        {
            Alarms.Raise(db, Alarms.WordTakenBack, bank, 0, now);
            return Refuse(RefusalReason.NotAllowed, "This bank said before that it booked what it now parks.");
        }

        BankTable.Acknowledge(db, bank, said.Seen);
        claims.Acknowledged(db, bank, now);
        ParkedInstructions.Acknowledged(db, bank);
        return LinkBody.Kept<InstructionsReply>(InstructionTable.After(db, bank, said.Seen, InstructionsReply.MaxTransfers));
    }
}
