namespace HierCash.Tests.Scenarios;

/// <summary>
/// An issuer that signs what it likes: it answers a bank's requests for instructions with these, whatever its books say, and keeps what it
/// hears.
/// </summary>
internal sealed class InventedInstructions(SimulatedTown town, PartyId bank) : ILink
{
    private readonly ILink _inner = town.IssuerLink(new LinkPeer(LinkRole.Bank, bank), "invented");
    private readonly List<ClearingInstruction> _transfers = [];

    public List<BookingStatement> Heard { get; } = [];

    /// <summary>Put in place of the instructions that are due; for what is not even signed or in order.</summary>
    public Func<ClearingInstruction, ClearingInstruction>? Spoil { get; set; }

    public ulong Sign(TransferKind kind, Digest reference, ulong minor)
    {
        var number = (ulong)_transfers.Count + 1;
        _transfers.Add(ClearingInstruction.Sign(
            town.StatementKey, town.Issuer.Id, number, bank, kind, reference, new Amount(minor), Currency.Eur, Timestamp.Now(town.Clock)));
        return number;
    }

    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        if (request.Type != MessageType.Instructions)
        {
            return await _inner.Call(request, cancel);
        }

        var said = request.As<InstructionsMessage>()!;
        Heard.AddRange(said.Statements);
        return LinkBody.Kept<InstructionsReply>(
            [.. _transfers.Where(t => t.Number > said.Seen).Select(t => (Spoil?.Invoke(t) ?? t).Encode())]);
    }
}

/// <summary>A bank that does not run the bank's program: it holds the bank's key and says to the issuer what it likes.</summary>
internal sealed class BankThatLies(SimulatedTown town, string name)
{
    private readonly PartyId _bank = town.Banks.Single(b => b.Name == name).Id;

    public BookingStatement Sign(ulong number, BookingOutcome outcome) =>
        BookingStatement.Sign(town.BankKey(name), _bank, number, outcome, Timestamp.Now(town.Clock));

    public async Task<LinkMessage> Say(ulong seen, params BookingStatement[] statements) =>
        await town.IssuerLink(new LinkPeer(LinkRole.Bank, _bank), name).Call(
            new InstructionsMessage(seen, statements).ToMessage(), default);

    /// <summary>What the issuer instructed after that number.</summary>
    public async Task<IReadOnlyList<ClearingInstruction>> Fetch(ulong after = 0) => (await Say(after)).As<InstructionsReply>()!.Transfers;
}

/// <summary>Replies of one type are lost, or garbage.</summary>
internal sealed class BrokenStep(ILink inner, MessageType broken, Func<LinkMessage> instead) : ILink
{
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
        request.Type == broken ? instead() : await inner.Call(request, cancel);
}
