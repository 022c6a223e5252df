using HierCash.Card.Client;
using HierCash.Oracle;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Simulation;

namespace HierCash.Tests.Cheating;

/// <summary>What a shop does with a PIN that was typed at its till, and a thief with a PUK that is not the card's.</summary>
internal sealed partial class CheatTown
{
    /// <summary>
    /// PAY, VOID, ACKNOWLEDGE, and so many small payments that the card forgets S_W. Den knows the payment PIN, which she typed.
    /// </summary>
    public void EraseVoidAtDen(Person person, ulong minor) => Try(() =>
    {
        var w = World.Till(Den.Till).W;
        if (RawMessages.Pay(person.Card, Now, w, minor, person.Card.PaymentPin) is not { } h)
        {
            return;
        }

        Take(person, person.Card, h, Hand.Owner, accepted: false);
        VoidInSilence(person, h);
        RawMessages.AcknowledgeAll(person.Card, person.Card.PaymentPin, PinRole.Payment);
        FillLogAtDen(person);
        Did($"{person.Name} pays {Money(h.Paid.Minor)} at Den, which voids it, acknowledges her log with the PIN that she typed, and makes "
            + $"64 small payments and voids.");
    });

    /// <summary>The same with a payment of which her wallet has had its copy already: only the void is news (rule R13).</summary>
    public void EraseKeptVoidAtDen(Person person) => Try(() =>
    {
        if (PaymentsOf(person).LastOrDefault(h => IsOwn(h, Den)) is { } h)
        {
            VoidInSilence(person, h);
            FillLogAtDen(person);
            Did($"Den voids {Money(h.Paid.Minor)} that {person.Name}'s wallet has kept, and makes 64 small payments and voids.");
        }
    });

    private void VoidInSilence(Person person, CashPayment h)
    {
        using var key = DenKey;
        if (RawMessages.Void(person.Card, h, key))
        {
            Truth.TookBack(h.Id.ToString());
        }
    }

    private void FillLogAtDen(Person person)
    {
        using var key = DenKey;
        for (ulong i = 1; i <= 64; i++)
        {
            if (RawMessages.Pay(person.Card, new Timestamp(Now.Microseconds + i), World.Till(Den.Till).W, 1,
                person.Card.PaymentPin) is { } dust)
            {
                RawMessages.Void(person.Card, dust, key);
            }
        }
    }

    /// <summary>Den has her payment PIN and her card for a minute: it tries to withdraw from her account and to charge that.</summary>
    public void WithdrawAtDen(Person person, ulong minor) => Try(() =>
    {
        person.Card.Card.Reset();
        bool withdrew = RawMessages.Withdraw(World, person.Card, person.Card.PaymentPin, PinRole.Payment, new Amount(minor));
        TellCoins(person);
        if (withdrew && RawMessages.Pay(person.Card, Now, World.Till(Den.Till).W, minor, person.Card.PaymentPin) is { } h)
        {
            Take(person, person.Card, h, Hand.Shop, accepted: false);
        }

        Did($"{person.Name} types the payment PIN at Den, which asks for {Money(minor)} from the account with it: "
            + $"{(withdrew ? "done, and charged." : "the card refuses.")}");
    });

    /// <summary>The thief tries the PUK that every card once had, withdraws, and shops.</summary>
    public void ByPublicPuk(Person person, ulong minor) => Try(() =>
    {
        const string NewPin = "8888";
        const string NewPaymentPin = "9999";
        person.Card.Card.Reset();
        var client = new WalletCard(person.Card.Card);
        client.Select();
        if (!client.UnblockPin("00000000", NewPin).IsSuccess)
        {
            Did($"The thief tries a PUK on {person.Name}'s card: it is not the card's.");
            return;
        }

        client.Verify(NewPin);
        client.ChangePaymentPin(NewPaymentPin);
        World.Wallet.Withdraw(person.Card.Card, NewPin, new Amount(minor), default).AsTask().GetAwaiter().GetResult();
        foreach (var coin in RawMessages.Coins(person.Card, NewPin))
        {
            Truth.Withdrew(coin.Id.ToString(), person.Name, coin.Terms.FaceValue.ToLedger());
        }

        person.Card.Card.Reset();
        var result = World.Till(Kiosk.Till).Pay(person.Card.Card, new Amount(minor), NewPaymentPin);
        Note(new Purchase(Kiosk, person, person.Card, result.Sale, Hand.Thief), result, Hand.Thief);
        Did($"The thief resets the PIN of {person.Name}'s card with the public PUK, withdraws {Money(minor)} and spends it at Kiosk: "
            + $"{result.Message}");
    });
}
