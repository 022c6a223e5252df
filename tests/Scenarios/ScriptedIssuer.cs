namespace HierCash.Tests.Scenarios;

/// <summary>
/// An issuer that hands out dossiers and instructions of its own making, and hears what they prove. All else the real one answers, if there
/// is one.
/// </summary>
internal sealed class ScriptedIssuer(IReadOnlyList<Dossier> dossiers, ILink? honest = null) : ILink
{
    private readonly List<Dossier> _dossiers = [.. dossiers.OrderBy(d => d.Coin.ToString(), StringComparer.Ordinal)];
    private bool _instructed;

    public List<DossierOutcomeMessage> Outcomes { get; } = [];

    /// <summary>What it instructs, once, under the number that is due.</summary>
    public Func<ulong, ClearingInstruction>? Instruction { get; set; }

    /// <summary>What a page looks like on the way.</summary>
    public Func<DossierPage, DossierPage> OnTheWay { get; init; } = p => p;

    public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        switch (request.Type)
        {
            case MessageType.Dossiers:
                string after = (request.As<DossiersMessage>()!.After ?? default).ToString();
                return Answer(
                    new DossiersReply(_dossiers.Find(d => string.CompareOrdinal(d.Coin.ToString(), after) > 0)?.Header).ToMessage());
            case MessageType.DossierPage:
                var asked = request.As<DossierPageMessage>()!;
                return Answer(
                    new DossierPageReply(OnTheWay(_dossiers.Single(d => d.Coin == asked.Coin).Pages[(int)asked.Index])).ToMessage());
            case MessageType.DossierOutcome:
                Outcomes.Add(request.As<DossierOutcomeMessage>()!);
                return Answer(new DossierOutcomeReply().ToMessage());
            case MessageType.Instructions when Instruction is { } instruct:
                ulong seen = request.As<InstructionsMessage>()!.Seen;
                Instruction = null;
                _instructed = true;
                return Answer(new InstructionsReply([instruct(seen + 1)]).ToMessage());
            case MessageType.Instructions when _instructed:
                // The honest issuer knows nothing of what was instructed here.
                return Answer(new InstructionsReply([]).ToMessage());
            default:
                return honest?.Call(request, cancel) ?? Answer(request.Type switch
                {
                    MessageType.CaseReversals => new CaseReversalsReply([]).ToMessage(),
                    MessageType.Instructions => new InstructionsReply([]).ToMessage(),
                    _ => throw new LinkException("this issuer says nothing else"),
                });
        }
    }

    private static ValueTask<LinkMessage> Answer(LinkMessage answer) => ValueTask.FromResult(answer);
}

/// <summary>Dossiers as a lying issuer signs them, and cases to lie about.</summary>
internal static class Lies
{
    /// <summary>The dossier with another header and, where given, other payments, under the issuer's genuine signature.</summary>
    public static Dossier Resign(this SimulatedTown town, Dossier dossier, Func<DossierHeader, DossierHeader> change,
        params DossierEntry[] entries)
    {
        using var key = town.StatementKey;
        var header = change(dossier.Header);
        return entries.Length > 0
            ? Dossier.Sign(key, header, entries)
            : dossier with { Header = header.SignedBy(key) };
    }

    /// <summary>What the user's bank would make of a dossier that it believed.</summary>
    public static Evidence Bear(this SimulatedTown town, Evidence file, Dossier dossier, Timestamp? received = null)
    {
        using var key = town.BankKey("bank-1");
        return Evidence.Sign(key, file.Order, file.AccountKey, file.Name, dossier, file.BankKey, received ?? file.Date);
    }

    /// <summary>A copied coin of 50.00 that paid 50.00 and 20.00: the case is at the bank.</summary>
    public static async Task<Evidence> Overspend(this SimulatedTown town, string name = "Mallory")
    {
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Kiosk");
        using var card = town.User(name, 5000);
        using var copy = card.Clone();
        town.Pay(one, card, 5000);
        town.Pay(two, copy, 2000);
        await town.Settle(one);
        await town.Settle(two);
        await town.RunCycle();
        return town.UserBank.EvidenceFiles.Single(f => f.Name == name);
    }

    public static EvidenceFinding Check(this SimulatedTown town, Evidence file, Defence? defence = null) =>
        file.Check(town.Options.Suite, town.Scheme.Root, defence ?? Defence.None);

    public static Rebuttal Dead(this SimulatedTown town, CashPayment h, DeathBasis basis, Timestamp date)
    {
        using var key = town.StatementKey;
        return new Rebuttal([], [NonSettlementStatement.Sign(key, new PartyId(1), h, basis, date)],
            [.. town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement)]);
    }

    public static ILink UserBankLink(this SimulatedTown town) => town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1");
}
