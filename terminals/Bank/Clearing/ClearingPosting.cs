namespace HierCash.Bank;

/// <summary>
/// Takes what the issuer instructs (EP 0810563, settlement step 2; hole 18): in order of number, each once, only with the issuer's
/// signature. What cannot be booked is parked with a signed reason, tried again at every visit, and never keeps the next from being booked
/// (R8).
/// </summary>
internal sealed class ClearingPosting(
    PartyId bank, Database store, ICashSuite suite, ISigningKey key, Scheme scheme, ILink issuer, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>Requests in one visit; what is left waits for the next.</summary>
    private const int MaxRounds = 64;

    private readonly ParkedPostings _parking = new(bank, key, scheme.Terms);

    /// <summary>Fetches all instructions, books or parks each, and tries again what is parked.</summary>
    /// <returns>How many were booked, and whether there are no more. Refused, with an alarm, where they are not the next ones.</returns>
    public async ValueTask<Result<(int Booked, bool IsAll)>> Fetch(CancellationToken cancel)
    {
        int booked = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            booked += Retry(cancel);
            var (seen, statements, more) = store.Read(db => ParkedPostings.Unheard(db, InstructionTable.Last(db)));
            var answer = (await issuer.Ask(new InstructionsMessage(seen, statements), cancel))
                .ToResult("The issuer sent no instructions.");
            if (!answer.Has(out var reply))
            {
                return answer.Refused!;
            }

            store.Write(db => ParkedPostings.Heard(db, statements));
            if (more)
            {
                continue;
            }

            var transfers = reply.Transfers;
            if (transfers.Count == 0)
            {
                return (booked, true);
            }

            bool signed = await CertificateStore.Signed(store, scheme, suite, issuer, () => transfers.All(IsSigned), cancel);
            if (Check(transfers, signed) is { } refused)
            {
                return refused;
            }

            foreach (var transfer in transfers)
            {
                booked += Take(transfer, cancel) ? 1 : 0;
            }
        }

        return (booked, false);
    }

    /// <summary>What is parked, in order of number.</summary>
    public IReadOnlyList<ParkedInstruction> Parked => store.Read(db => _parking.All(db, Timestamp.Now(clock)));

    /// <summary>Unsigned, another's or out of order: refused as a whole, for nothing in such a message can be believed.</summary>
    /// <param name="signed">All of them verify.</param>
    private Refused? Check(IReadOnlyList<ClearingInstruction> transfers, bool signed)
    {
        ulong due = store.Read(InstructionTable.Last) + 1;
        foreach (var transfer in transfers)
        {
            bool ours = transfer.Issuer == scheme.Issuer && transfer.Bank == bank && transfer.Currency == scheme.Terms.Currency
                && (signed || IsSigned(transfer));
            if (!ours)
            {
                return Alarm(BankAlarms.NotSigned, due, $"Instruction {transfer.Number} is not signed by the issuer for this bank.");
            }

            if (transfer.Number != due)
            {
                return Alarm(BankAlarms.OutOfOrder, due, $"Instruction {transfer.Number} came where {due} was due.");
            }

            due++;
        }

        return null;
    }

    private bool IsSigned(ClearingInstruction transfer) => scheme.IsStatement(k => transfer.Verify(suite, k));

    private Refused Alarm(string kind, ulong number, string sentence)
    {
        store.Write(db => AlarmTable.Raise(db, Timestamp.Now(clock), kind, number));
        return Refused.ByPeer(sentence);
    }

    /// <summary>True if it is booked; else it is parked.</summary>
    private bool Take(ClearingInstruction transfer, CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        var outcome = BookingOutcome.Booked;
        store.WriteMade(db => Bookings.Judge(db, transfer, suspended: false, now), judged =>
        {
            outcome = judged;
            var word = outcome == BookingOutcome.Booked ? null : _parking.Sign(transfer.Number, outcome, now);
            return db =>
            {
                if (Bookings.Judge(db, transfer, suspended: false, now) != judged)
                {
                    return false;
                }

                InstructionTable.Add(db, transfer, judged);
                if (word is null)
                {
                    Bookings.Book(db, transfer, suspended: false, now);
                }
                else
                {
                    ParkedTable.Add(db, word, now);
                }

                crash.Reach(CrashPoints.InstructionUncommitted);
                return true;
            };
        }, cancel);
        crash.Reach(CrashPoints.InstructionBooked);
        return outcome == BookingOutcome.Booked;
    }

    /// <summary>Tries everything that is parked again; writes only where something changed.</summary>
    private int Retry(CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        int booked = BookSetOff(now, cancel);
        foreach (ulong number in store.Read(ParkedTable.Numbers))
        {
            bool isBooked = false;
            bool isWritten = store.WriteMade(db => Judged(db, number, now), seen =>
            {
                var (transfer, parked, outcome) = seen;
                bool changes = outcome != parked.Outcome;

                // Another visit may have booked it since.
                if (parked.Outcome == BookingOutcome.Booked || (!changes && !_parking.IsDue(transfer, parked, now)))
                {
                    return null;
                }

                isBooked = outcome == BookingOutcome.Booked;
                var word = changes ? Word(number, outcome, now) : null;
                return db =>
                {
                    var (_, parkedNow, outcomeNow) = Judged(db, number, now);
                    if (parkedNow != parked || outcomeNow != outcome || (word is not null && !ParkedPostings.IsLater(db, word)))
                    {
                        return false;
                    }

                    if (isBooked)
                    {
                        Bookings.Book(db, transfer, parked.InSuspense, now);
                    }

                    if (word is not null)
                    {
                        ParkedPostings.Change(db, word);
                    }
                    else
                    {
                        ParkedPostings.Suspend(db, transfer, parked, now);
                    }

                    crash.Reach(CrashPoints.InstructionUncommitted);
                    return true;
                };
            }, cancel);
            if (isWritten)
            {
                crash.Reach(CrashPoints.InstructionBooked);
                booked += isBooked ? 1 : 0;
            }
        }

        return booked;
    }

    /// <summary>Claims that are set off against what is to be given back of them: all of it is booked, or nothing.</summary>
    private int BookSetOff(Timestamp now, CancellationToken cancel)
    {
        int booked = 0;
        bool IsBooked() => store.WriteMade(db => Bookings.SetOff(db, now), numbers =>
        {
            var words = numbers.ConvertAll(n => Word(n, BookingOutcome.Booked, now));
            return numbers.Count == 0 ? null : db =>
            {
                if (!Bookings.SetOff(db, now).SequenceEqual(numbers) || !words.TrueForAll(w => ParkedPostings.IsLater(db, w)))
                {
                    return false;
                }

                foreach (var word in words)
                {
                    var (transfer, parked) = ParkedTable.Find(db, word.Number);
                    Bookings.Book(db, transfer, parked.InSuspense, now);
                    ParkedPostings.Change(db, word);
                }

                crash.Reach(CrashPoints.InstructionUncommitted);
                booked += numbers.Count;
                return true;
            };
        }, cancel);
        while (IsBooked())
        {
            crash.Reach(CrashPoints.InstructionBooked);
        }

        return booked;
    }

    private BookingStatement Word(ulong number, BookingOutcome outcome, Timestamp now) =>
        _parking.Sign(number, outcome, store.Read(db => ParkedPostings.Later(db, number, now)));

    private static (ClearingInstruction Transfer, Parking Parked, BookingOutcome Outcome) Judged(
        IReadSnapshot db, ulong number, Timestamp now)
    {
        var (transfer, parked) = ParkedTable.Find(db, number);
        return (transfer, parked, Bookings.Judge(db, transfer, parked.InSuspense, now));
    }
}
