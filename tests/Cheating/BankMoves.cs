namespace HierCash.Tests.Cheating;

/// <summary>The users' bank lies to the issuer and to the world, with its own key.</summary>
internal static class BankMoves
{
    private const CheatKind Kind = CheatKind.Bank;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("clear an overspender's case", Kind, CheatKind.Holder, Clear),
        new("make evidence up", Kind, CheatKind.Holder, MakeUp),
        new("cancel a coin that nobody lost", Kind, null, Cancel),
        new("ask for cash that nobody ordered", Kind, null, Issue),
        new("acknowledge what it never got", Kind, null, Acknowledge),
    ];

    private static IEnumerable<Step> Clear(SeededRandom random)
    {
        yield return HolderMoves.Copy();
        yield return HolderMoves.Pay(0, 0, 4000);
        yield return HolderMoves.Pay(-1, 1, (ulong)(2000 + random.Next(2500)));
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "clear the case", t => t.ClearCases());
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> MakeUp(SeededRandom random)
    {
        int way = random.Next(3);
        yield return HolderMoves.Copy();
        yield return HolderMoves.Pay(0, 0, 4000);
        yield return HolderMoves.Pay(-1, 1, 4000);
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "make evidence up", t => t.MakeEvidence(way));
    }

    private static IEnumerable<Step> Cancel(SeededRandom random)
    {
        int which = random.Next(100);
        yield return new Step(Kind, "cancel", t => t.CancelUnasked(which));
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(60)));
        yield return HonestMoves.Any(random);
    }

    private static IEnumerable<Step> Issue(SeededRandom random)
    {
        int which = random.Next(100);
        ulong minor = (ulong)(1000 + random.Next(100_000));
        var back = TimeSpan.FromHours(random.Next(60));
        yield return new Step(Kind, "issue", t => t.IssueUnasked(which, minor, back));
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Acknowledge(SeededRandom random)
    {
        ulong number = (ulong)(1 + random.Next(1000));
        yield return new Step(Kind, "acknowledge", t =>
        {
            t.Try(() => RawMessages.AcknowledgeInstructions(t.BankLink, number));
            t.Did($"bank-1 says that it booked instructions up to {number}.");
        });
        yield return HonestMoves.Cycle();
    }
}

/// <summary>The issuer lies to the users' bank: its instructions are changed on the way and signed again with its own key.</summary>
internal static class IssuerMoves
{
    private const CheatKind Kind = CheatKind.Issuer;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("claim more than was overspent", Kind, CheatKind.Holder, TooMuch),
        new("claim without a case", Kind, null, Unfounded),
        new("call dead what was settled", Kind, CheatKind.Holder, FalseDeath),
    ];

    private static IEnumerable<Step> TooMuch(SeededRandom random)
    {
        yield return HolderMoves.Copy();
        yield return HolderMoves.Pay(0, 0, (ulong)(3000 + random.Next(2000)));
        yield return HolderMoves.Pay(-1, 1, (ulong)(3000 + random.Next(2000)));
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "claim too much", t =>
            t.LieToBank((k, r, total) => k == TransferKind.ClaimDebit ? (k, r, total + total) : (k, r, total)));
        yield return HonestMoves.Wait(TimeSpan.FromDays(70));
    }

    private static IEnumerable<Step> Unfounded(SeededRandom random)
    {
        int who = random.Next(2);
        bool forGood = random.Next(2) == 0;
        yield return HonestMoves.SpendAll(who, random.Next(3));
        yield return new Step(Kind, "claim without a case", t =>
        {
            var coin = t.Honest(who).Card.Coins()[0].Coin.Id.Value;
            t.LieToBank((k, r, total) => k == TransferKind.FloatDebit ? (TransferKind.ClaimDebit, coin, total) : (k, r, total));
        });
        yield return HonestMoves.Cycle();
        yield return HonestMoves.SpendAll(1 - who, random.Next(3));
        if (!forGood)
        {
            yield return new Step(Kind, "tell the truth again", t => t.Deceived.Clear());
        }
    }

    private static IEnumerable<Step> FalseDeath(SeededRandom random)
    {
        yield return HolderMoves.Copy();
        yield return HolderMoves.Pay(0, 0, 4000);
        yield return HolderMoves.Pay(-1, 1, (ulong)(3000 + random.Next(2000)));
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "sign a false dead statement", t => t.FalseDeath());
        yield return HonestMoves.Cycle();
    }
}
