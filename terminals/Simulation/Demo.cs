namespace HierCash.Simulation;

/// <summary>The whole road as a story: withdraw, pay in parts, settle; then a copied card overspends and is traced.</summary>
public sealed class Demo
{
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(7);
    private readonly SimulatedTown _town;
    private readonly ITownReader _reader;
    private readonly Narrator _story;
    private readonly Currency _currency;
    private readonly List<string> _privacy = [];
    private Amount _withdrawn = Amount.Zero;

    private Demo(SimulatedTown town, ITownReader reader, Narrator story) =>
        (_town, _reader, _story, _currency) = (town, reader, story, town.Options.Terms.Currency);

    /// <summary>Plays the story in a town that keeps its stores in a folder.</summary>
    /// <exception cref="RefusedException">Something went otherwise than the story has it; the message says what.</exception>
    public static async Task<DemoReport> Run(SimulatedTown town, ITownReader reader, Narrator story, CancellationToken cancel) =>
        await new Demo(town, reader, story).Play(cancel);

    private async Task<DemoReport> Play(CancellationToken cancel)
    {
        string till1 = _town.AddTill("Corner Cafe");
        string till2 = _town.AddTill("Corner Cafe");
        using var alice = _town.NewCard("Alice");
        using var mallory = _town.NewCard("Mallory");
        Introduce(alice, mallory);
        await Withdraw(alice, cancel, 2000, 1000);
        await Withdraw(mallory, cancel, 5000);

        _story.Chapter("Alice pays in parts");
        var fast = Pay(till1, alice, 750);
        var claim = Pay(till1, alice, 1500, PaymentProfile.Claim);
        Pay(till1, alice, 750);
        Expect(alice.Balance().IsZero, "Alice's card is not empty.");

        _story.Chapter("Mallory copies her card");
        Pay(till1, mallory, 1250);
        Pay(till1, mallory, 750);
        using var copy = mallory.Clone();
        _story.Say("Mallory reads out the chip and makes a second card from its image.");
        Pay(till1, mallory, 3000);
        var over = Pay(till2, copy, 2000);
        _story.Say("The second till has never seen that coin and takes the copy offline: nothing it can check is wrong.");

        await SettleAll(cancel, till1, till2);
        ScanBeforeTrace([.. alice.Coins(), .. mallory.Coins()]);
        var evidence = await Trace(cancel);
        await PayClaim(cancel);
        ScanIssuer(alice, mallory);
        return Report(alice, mallory, fast, claim, over, evidence);
    }

    private void Introduce(params TownCard[] cards)
    {
        _story.Chapter("The scheme");
        _story.Say($"Cards are read {(_reader is DirectReader ? "in this process" : $"through PC/SC, in the reader '{_reader.Name}'")}.");
        _story.Say($"The issuer publishes its root key, fingerprint {_town.Scheme.Fingerprint.ToString()[..16]}...");
        _story.Say("Two banks take part. The Corner Cafe has its account at bank-2, and two tills that work offline.");
        foreach (var card in cards)
        {
            using var channel = _reader.Insert(card);
            var account = _town.OpenAccount(card, new Amount(10000), channel);
            _story.Say($"{card.Owner} opens an account at bank-1 with a new card: it pins the root key and makes its account key (U = "
                + $"{account.User.ToString()[..8]}...), and pays in {Show(new Amount(10000))}.");
        }
    }

    private async Task Withdraw(TownCard card, CancellationToken cancel, params ulong[] amounts)
    {
        _story.Chapter($"{card.Owner} withdraws");
        foreach (ulong minor in amounts)
        {
            var amount = new Amount(minor);
            using var channel = _reader.Insert(card);
            var trace = new TracingChannel(channel);
            var result = await _town.Wallet.Withdraw(trace, card.Pin, amount, cancel);
            Expect(result.Outcome == WithdrawalOutcome.Issued, result.Message);
            _withdrawn += amount;
            _story.Say($"{result.Message} ({trace.Apdus.Count} APDUs, {trace.Bytes} bytes)");
        }

        _story.Knows("bank-1", $"U = {card.Owner}, X, and E_I, which it cannot open");
        _story.Knows("issuer", "N_U, X and that bank-1 vouches for it; not whose it is");
        _story.Knows("card", "SS_U, which never leaves it");
    }

    private TracingChannel Pay(string till, TownCard card, ulong minor, PaymentProfile profile = PaymentProfile.Fast)
    {
        _town.Clock.Advance(Moment);
        using var channel = _reader.Insert(card);
        var trace = new TracingChannel(channel);
        var result = _town.Till(till).Pay(trace, new Amount(minor), null, profile);
        Expect(result.Outcome == TillOutcome.Accepted, result.Message);
        string coins = result.Payments.Count == 1 ? "one coin" : $"{result.Payments.Count} coins";
        _story.Say(
            $"{card.Owner} pays {Show(new Amount(minor))} at {till}, {profile.ToString().ToLowerInvariant()} profile, from {coins}: "
            + $"{trace.Apdus.Count} APDUs, {trace.Bytes} bytes, {PaymentBits.Count(trace.Apdus)} bits as the patent counts them.");
        return trace;
    }

    private async Task SettleAll(CancellationToken cancel, params string[] tills)
    {
        _story.Chapter("The shop settles");
        foreach (string till in tills)
        {
            var result = await _town.Settle(till, cancel);
            _story.Say($"{till}: {Counted.Say(result.Settled, "payment")} settled, {result.Guaranteed} above "
                + $"their coin's face value and guaranteed, {result.Refused} refused.");
        }

        int made = _town.Issuer.CloseCycle();
        foreach (var bank in _town.Banks)
        {
            (await bank.FetchInstructions(cancel)).ThrowIfAny();
        }

        var (open, closed) = _town.Issuer.CoinCounts;
        _story.Say($"The issuer closes the cycle with {made} instructions: one debit for bank-1, one credit for the shop at bank-2. The "
            + $"shop's account is at {Show(ShopBalance)}.");
        _story.Say($"Inspection database: {open} coins; used up and kept for their terms: {closed}.");
        _story.Knows("bank-1", "that its customers spent a total; not where");
        _story.Knows("bank-2", "what its shop took; not from whom");
    }

    private void ScanBeforeTrace(IEnumerable<(Coin Coin, Amount Balance, ushort Seq)> coins)
    {
        _story.Chapter("Who got to know what");
        var scan = new PrivacyScan(_town);
        foreach (var (coin, _, _) in coins)
        {
            foreach (var bank in _town.Banks)
            {
                _privacy.AddRange(scan.FindNU(bank.Name, coin));
            }

            // A scan that cannot find what is there proves nothing: the issuer and the tills do hold N_U.
            Expect(scan.FindNU(SimulatedTown.IssuerName, coin).Count > 0, "The scan does not find N_U at the issuer, where it belongs.");
        }

        _story.Say(_privacy.Count == 0
            ? "A scan of both banks' databases, logs and messages finds no N_U. The same scan does find it at the issuer, where it belongs."
            : $"LEAK: {string.Join("; ", _privacy)}");
    }

    private async Task<Evidence> Trace(CancellationToken cancel)
    {
        _story.Chapter("The overspender is traced");
        (await _town.UserBank.FetchDossiers(cancel)).ThrowIfAny();
        var evidence = _town.UserBank.EvidenceFiles.Single();
        var finding = evidence.Check(_town.Options.Suite, _town.Scheme.Root);
        _story.Say("The issuer opens E_I for bank-1 and sends it with the signed payments. bank-1 checks every signature, finds E_I in its "
            + "user database, and writes the evidence file.");
        _story.Say($"The evidence file ({evidence.Encode().Length} bytes), checked with the root key alone: {finding.Finding}");
        _story.Knows("issuer", "that the case is proven; not who it was");
        return evidence;
    }

    private async Task PayClaim(CancellationToken cancel)
    {
        _town.Clock.Advance(_town.Options.Terms.DisputeTerm + Moment);
        await _town.RunCycle(cancel);
        _story.Say($"Nobody rebuts it within {_town.Options.Terms.DisputeTerm.TotalDays:0} days: bank-1 pays from its claims on Mallory, "
            + $"into clearing.");
        await _town.RunCycle(cancel);
        _story.Say(
            $"The issuer knows that it did, and only now signs the credit for the shop. The shop's account is at {Show(ShopBalance)}.");
    }

    private void ScanIssuer(params TownCard[] cards)
    {
        var scan = new PrivacyScan(_town);
        var leaks = new List<string>();
        foreach (var account in _town.UserBank.Accounts)
        {
            leaks.AddRange(scan.Find(SimulatedTown.IssuerName, "U", account.User.Value.ToArray()));
            leaks.AddRange(scan.Find(SimulatedTown.IssuerName, "an account key", account.Key.X));
            leaks.AddRange(scan.Find(SimulatedTown.IssuerName, "a name", System.Text.Encoding.UTF8.GetBytes(account.Name)));
            Expect(
                scan.Find(_town.UserBank.Name, "U", account.User.Value.ToArray()).Count > 0,
                "The scan does not find U at its bank, where it belongs.");
        }

        Expect(cards.Length == _town.UserBank.Accounts.Count, "Not every user is scanned for.");
        _privacy.AddRange(leaks);
        _story.Say(leaks.Count == 0
            ? "A scan of the issuer's database, log and messages, taken after all this, finds no user, account or name."
            : $"LEAK: {string.Join("; ", leaks)}");
    }

    private DemoReport Report(TownCard alice, TownCard mallory, TracingChannel fast, TracingChannel claim, TracingChannel over,
        Evidence evidence)
    {
        _story.Chapter("The audit");
        var findings = TownAudit.RunQuiet(_town).Concat(TownAudit.RunCard(alice)).Concat(TownAudit.RunCard(mallory)).ToList();
        var paid = _town.Tills.Aggregate(Amount.Zero, (sum, t) => sum + t.Accepted);
        var proof = evidence.Check(_town.Options.Suite, _town.Scheme.Root);
        Expect(PaymentBits.Count(over.Apdus) == PaymentBits.Count(fast.Apdus), "A copy's payment does not look like any other.");
        _story.Say(findings.Count == 0
            ? $"All ledgers sum to zero, floats match the issuer's books, every payment is accounted for: paid {Show(paid)}, reached the "
                + $"shop {Show(ShopBalance)}."
            : $"BROKEN: {string.Join("; ", findings)}");
        bool bankSaw = _privacy.Any(f => f.Contains("bank-", StringComparison.Ordinal));
        return new DemoReport(
            _reader.Name, _currency, _withdrawn, paid, ShopBalance, proof.Spent - proof.FaceValue,
            proof.IsProven ? proof.Name : null, proof.IsProven, findings.Count == 0, findings,
            PaymentBits.Count(fast.Apdus), PaymentBits.Count(claim.Apdus), fast.Apdus.Count, fast.Bytes,
            bankSaw, _privacy.Any(f => f.Contains(SimulatedTown.IssuerName, StringComparison.Ordinal)), _privacy,
            _town.Scheme.Fingerprint.ToString());
    }

    private Amount ShopBalance => _town.ShopBank.BalanceOfShop(_town.AccountOf("Corner Cafe"));

    private string Show(Amount amount) => amount.Show(_currency);

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new RefusedException(Outcome.Fault, $"The demo went otherwise than it should. {what} Report this with the command.");
        }
    }
}
