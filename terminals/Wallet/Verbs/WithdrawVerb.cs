namespace HierCash.Wallet;

internal static class WithdrawVerb
{
    public static Verb Make()
    {
        var amount = new Argument<string>("AMOUNT") { Description = "Such as 50.00." };
        var set = new Option<bool>("--set") { Description =
            "In coins of a 1-2-5 series, as everybody has them: an odd amount tells bank and shop who you are." };
        var issuerKeyed = new Option<bool>("--issuer-keyed") { Description =
            "Let the issuer make the coin's key, if it does. It could then sign as you do: such cash is not provable to third parties." };
        var sameKey = new Option<int?>("--same-key")
        {
            Description = "Under the key of the coin in that slot, which may be spent ('explain' shows all slots). Shops and issuer can "
                + "tell that such coins are of one holder.",
            HelpName = "SLOT", Arity = ArgumentArity.ExactlyOne, CustomParser = r => CommonOptions.ReadNumber(r, "slot of the card", "0"),
        };
        var json = new JsonOption<WithdrawJson>(WalletJson.Default.WithdrawJson);
        return new Verb("withdraw",
            "Withdraws cash onto the card. A withdrawal that was cut short is finished first; one of the same amount is this one again.",
            "hiercash-wallet withdraw 50.00 --reader emulator:alice.card",
            "hiercash-wallet withdraw 37.50 --set --reader emulator:alice.card")
        {
            amount, set, issuerKeyed, sameKey, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Bank,
            CommonOptions.DespiteClock, WalletSession.Records, json,
        }.Does(async (given, cancel) =>
        {
            if (given.GetValue(issuerKeyed) && given.GetValue(sameKey) is not null)
            {
                throw new UsageException(
                    "Give --same-key or --issuer-keyed, not both: the key is the one on the card, or a new one of the issuer's.");
            }

            using var open = await WalletSession.Open(given, cancel);
            var value = CommonOptions.ReadAmount(given.GetValue(amount)!, open.Status.Currency);
            byte? first = given.GetValue(sameKey) is { } slot ? First(open, slot) : null;
            open.Use(RecordsFile.Make(given.GetValue(WalletSession.Records)!, open.Channel, open.HolderPin).OrRefuse());
            var plan = given.GetValue(set) ? CoinPlanner.Plan(value) : [value];
            var series = new CoinSeries(plan);
            void Say(string said)
            {
                if (!json.IsOn(given))
                {
                    ConsoleEntry.SayDone(said);
                }
            }

            var terminal = open.Terminal(
                open.IsTheirs,
                earlier =>
                {
                    series.Finished(earlier);
                    Say($"Of an earlier withdrawal, which was cut short: {earlier.Message}");
                },
                Say);
            int room = plan.Count > 1 ? Room(open, plan) : plan.Count;
            if (plan.Count > room)
            {
                throw new RefusedException(Outcome.LimitReached,
                    $"{open.Show(value)} are {plan.Count} coins of the series, and the card has room for {room}. 'hiercash-wallet keep' "
                        + "frees the slots of coins that are spent; or withdraw a rounder amount.");
            }

            if (given.GetValue(issuerKeyed))
            {
                Console.Error.WriteLine(IssuerKeyed.ForBuyer);
            }

            while (series.Next is { } coin)
            {
                var done = await (given.GetValue(issuerKeyed) ? terminal.WithdrawIssuerKeyed(open.Channel, open.HolderPin, coin, cancel)
                    : first is { } key ? terminal.WithdrawSameKey(open.Channel, open.HolderPin, key, coin, cancel)
                    : terminal.Withdraw(open.Channel, open.HolderPin, coin, cancel));
                if (done.Outcome != WithdrawalOutcome.Issued)
                {
                    throw new RefusedException(Of(done.Outcome), done.Message);
                }

                series.Done();
                Say(done.Message);
            }

            if (json.IsOn(given))
            {
                json.PrintDone(
                    given,
                    new WithdrawJson(open.Money(value), [.. plan.Select(open.Money)], [.. series.Resumed.Select(open.Money)],
                        given.GetValue(issuerKeyed)), "");
            }

            // Afterwards: nothing keeps a holder from money, and a bank that is away is said by the withdrawal itself.
            await NoticesVerb.Warn(terminal, open.Status, cancel);
        });
    }

    /// <summary>What is said of a withdrawal that is not on the card.</summary>
    private static Outcome Of(WithdrawalOutcome outcome) => outcome switch
    {
        WithdrawalOutcome.Pending => Outcome.PeerUnreachable,
        WithdrawalOutcome.ClockDiffers => Outcome.ClockDiffers,
        WithdrawalOutcome.NotConfirmed => Outcome.NotConfirmed,
        _ => Outcome.PeerRefused,
    };

    /// <summary>
    /// Free slots, those of spent or redeemed coins of which the card may forget every payment, and those of coins of this order that wait
    /// already.
    /// </summary>
    private static int Room(WalletSession open, IReadOnlyList<Amount> plan)
    {
        var held = WalletTerminal.ReadLog(open.Channel, open.HolderPin).Where(e => !e.Entry.Acknowledged).Select(e => (int)e.Entry.Slot)
            .ToHashSet();
        return Enumerable.Range(0, open.Status.Slots).Count(i => open.Card.GetCoin((byte)i) is var coin
            && (coin.State == SlotState.Free || (coin.State is SlotState.Closed or SlotState.Ended && !held.Contains(i))
            || (coin.Pending is { } pending && plan.Contains(pending.FaceValue))));
    }

    /// <summary>The slot of the coin whose key further ones share: the one that counts them.</summary>
    private static byte First(WalletSession open, int slot)
    {
        if (slot < 0 || slot >= open.Status.Slots)
        {
            throw new UsageException($"The card has the slots 0 to {open.Status.Slots - 1}, and no slot {slot}.");
        }

        return open.Card.GetCoin((byte)slot).Cash is not { } cash
            ? throw new RefusedException(Outcome.NotFound,
                $"Slot {slot} holds no coin whose key could be used again. 'hiercash-wallet explain' shows the slots.")
            : cash.Coin.Terms.TM == 0 ? (byte)slot
            : throw new RefusedException(Outcome.RuleBroken,
                $"The coin in slot {slot} was itself withdrawn under another coin's key. Give the slot of that coin, the first of that "
                    + "key.");
    }
}

/// <summary>What <c>withdraw --json</c> prints.</summary>
/// <param name="Coins">The coins that were asked for.</param>
/// <param name="Resumed">Withdrawals that had been cut short, and were finished with it.</param>
internal sealed record WithdrawJson(Money Withdrawn, IReadOnlyList<Money> Coins, IReadOnlyList<Money> Resumed, bool IssuerKeyed);
