using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

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
    /// <returns>How many were booked, and whether there are no more to fetch.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">The answer is not the issuer's next instructions to this bank: nothing of it is kept,
    /// and there is an alarm.</exception>
    public async ValueTask<(int Booked, bool IsAll)> Fetch(CancellationToken cancel)
    {
        int booked = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            booked += Retry();
            var (seen, statements, more) = store.Read(db => ParkedPostings.Unheard(db, LastNumber));
            var (answer, refusal) = await issuer.Ask(new InstructionsMessage(seen, statements), cancel);
            var transfers = answer?.Transfers ?? throw new InvalidOperationException($"The issuer sent no instructions. {refusal?.Text}");
            store.Write(db => ParkedPostings.Heard(db, statements));
            if (more)
            {
                continue;
            }

            if (transfers.Count == 0)
            {
                return (booked, true);
            }

            bool signed = await CertificateStore.Signed(store, scheme, suite, issuer, () => transfers.All(IsSigned), cancel);
            Check(transfers, signed);
            booked += transfers.Count(Take);
        }

        return (booked, false);
    }

    /// <summary>The last instruction that is kept, booked or parked; 0 before the first.</summary>
    public ulong LastNumber => store.Read(InstructionTable.Last);

    /// <summary>What is parked, in order of number.</summary>
    public IReadOnlyList<ParkedInstruction> Parked => store.Read(db => _parking.All(db, Timestamp.Now(clock)));

    /// <summary>
    /// Unsigned, another's or out of order: no case for parking. Such a message is refused as a whole, because nothing in it can be
    /// believed.
    /// </summary>
    /// <param name="signed">All of them verify.</param>
    private void Check(IReadOnlyList<ClearingInstruction> transfers, bool signed)
    {
        ulong due = LastNumber + 1;
        foreach (var transfer in transfers)
        {
            bool ours = transfer.Issuer == scheme.Issuer && transfer.Bank == bank && transfer.Currency == scheme.Terms.Currency
                && (signed || IsSigned(transfer));
            Switches.On("hole 18 signed", ref ours);
            if (!ours)
            {
                Alarm(BankAlarms.NotSigned, due);
                throw new InvalidOperationException($"Instruction {transfer.Number} is not signed by the issuer for this bank.");
            }

            bool next = transfer.Number == due;
            Switches.On("hole 18 order", ref next);
            if (!next)
            {
                Alarm(BankAlarms.OutOfOrder, due);
                throw new InvalidOperationException($"Instruction {transfer.Number} came where {due} was due.");
            }

            due++;
        }
    }

    private bool IsSigned(ClearingInstruction transfer) => scheme.IsStatement(k => transfer.Verify(suite, k));

    private void Alarm(string kind, ulong number) => store.Write(db => AlarmTable.Raise(db, Timestamp.Now(clock), kind, number));

    private bool Take(ClearingInstruction transfer)
    {
        bool booked = store.Write(db =>
        {
            var now = Timestamp.Now(clock);
            var outcome = Bookings.Judge(db, transfer, suspended: false, now);
            bool parks = true;
            Switches.Off("R8 parks", ref parks);
            if (outcome != BookingOutcome.Booked && !parks)
            {
                throw new InvalidOperationException($"Instruction {transfer.Number} cannot be booked.");
            }

            InstructionTable.Add(db, transfer, outcome);
            if (outcome == BookingOutcome.Booked)
            {
                Bookings.Book(db, transfer, suspended: false, now);
            }
            else
            {
                _parking.Park(db, transfer.Number, outcome, now);
            }

            crash.Reach(CrashPoints.InstructionUncommitted);
            return outcome == BookingOutcome.Booked;
        });
        crash.Reach(CrashPoints.InstructionBooked);
        return booked;
    }

    /// <summary>Tries everything that is parked again; writes only where something changed.</summary>
    private int Retry()
    {
        var now = Timestamp.Now(clock);
        int booked = BookSetOff(now);
        foreach (ulong number in store.Read(ParkedTable.Numbers))
        {
            if (!store.Read(db => Changes(db, number, now)))
            {
                continue;
            }

            booked += store.Write(db =>
            {
                var (transfer, parked) = ParkedTable.Find(db, number);
                var outcome = Bookings.Judge(db, transfer, parked.InSuspense, now);
                if (outcome == BookingOutcome.Booked)
                {
                    Bookings.Book(db, transfer, parked.InSuspense, now);
                }

                bool changes = outcome != parked.Outcome;
                Switches.Replace("R8 reason", ref changes, outcome == BookingOutcome.Booked);
                if (changes)
                {
                    _parking.Change(db, number, outcome, now);
                }
                else if (_parking.IsDue(transfer, parked, now))
                {
                    ParkedPostings.Suspend(db, transfer, parked, now);
                }

                crash.Reach(CrashPoints.InstructionUncommitted);
                return outcome == BookingOutcome.Booked ? 1 : 0;
            });
            crash.Reach(CrashPoints.InstructionBooked);
        }

        return booked;
    }

    /// <summary>Claims that are set off against what is to be given back of them: all of it is booked, or nothing.</summary>
    private int BookSetOff(Timestamp now)
    {
        int booked = 0;
        while (store.Read(db => Together(db, now)).Count > 0)
        {
            booked += store.Write(db =>
            {
                var numbers = Together(db, now);
                foreach (ulong number in numbers)
                {
                    var (transfer, parked) = ParkedTable.Find(db, number);
                    Bookings.Book(db, transfer, parked.InSuspense, now);
                    _parking.Change(db, number, BookingOutcome.Booked, now);
                }

                crash.Reach(CrashPoints.InstructionUncommitted);
                return numbers.Count;
            });
            crash.Reach(CrashPoints.InstructionBooked);
        }

        return booked;
    }

    private static List<ulong> Together(IReadSnapshot db, Timestamp now)
    {
        var numbers = Bookings.SetOff(db, now);
        Switches.Replace("R8 set off", ref numbers, []);
        return numbers;
    }

    private bool Changes(IReadSnapshot db, ulong number, Timestamp now)
    {
        var (transfer, parked) = ParkedTable.Find(db, number);
        return Bookings.Judge(db, transfer, parked.InSuspense, now) != parked.Outcome || _parking.IsDue(transfer, parked, now);
    }
}
