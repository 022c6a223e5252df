using HierCash.Card.Wallet;

namespace HierCash.Simulation;

/// <summary>A user's card.</summary>
public sealed class TownCard : IDisposable
{
    /// <summary>The holder PIN that everybody in the town chooses.</summary>
    public const string HolderPin = "0000";

    /// <summary>The payment PIN, likewise.</summary>
    public const string TillPin = "1111";

    private readonly ICashSuite _suite;

    private TownCard(string owner, EmulatedCard card, ICashSuite suite) => (Owner, Card, _suite) = (owner, card, suite);

    public string Owner { get; }

    public EmulatedCard Card { get; }

    /// <summary>The holder PIN, which no till is told.</summary>
    public string Pin { get; } = HolderPin;

    /// <summary>The payment PIN, for tills.</summary>
    public string PaymentPin { get; } = TillPin;

    /// <summary>The PUK that the card showed; empty until it is activated.</summary>
    public string Puk { get; private set; } = "";

    /// <param name="image">Where the card keeps its cells; null: in memory.</param>
    public static TownCard Make(string owner, ICashSuite suite, CardImage? image = null)
    {
        var card = new EmulatedCard(image ?? new MemoryImage(), WalletApplet.Package(suite));
        card.Install(SelectCommand.Wallet, SelectCommand.Wallet);
        return new TownCard(owner, card, suite);
    }

    /// <summary>A second card from the image of this one: what a thief with a chip laboratory makes.</summary>
    public TownCard Clone() => new(Owner, new EmulatedCard(Card.Image.Copy(), WalletApplet.Package(_suite)), _suite) { Puk = Puk };

    /// <summary>What its holder does with the bank's letter (rule R12).</summary>
    /// <param name="channel">The way to the card; null: in this process.</param>
    public void Activate(ActivationCode code, ICardChannel? channel = null) => Puk = Activate(channel ?? Card, code);

    /// <summary>The same for a card that is only a channel; its PUK.</summary>
    public static string Activate(ICardChannel channel, ActivationCode code)
    {
        var card = new WalletCard(channel);
        card.Select();
        string puk = card.BeginActivation(code);
        var status = card.FinishActivation(puk, TillPin, HolderPin);
        return status.IsSuccess ? puk : throw new CardRefusedException(status, status.Explain());
    }

    /// <summary>All coins of the card with their balances.</summary>
    public IReadOnlyList<(Coin Coin, Amount Balance, ushort Seq)> Coins()
    {
        var card = Opened();
        return Enumerable.Range(0, WalletApplet.SlotCount)
            .Select(i => card.GetCoin((byte)i))
            .Where(c => c.Cash is not null)
            .Select(c => (c.Cash!.Coin, c.Cash.Balance, c.Seq))
            .ToList();
    }

    /// <summary>Withdrawals that the card began and nobody answered.</summary>
    public int Pending()
    {
        var card = Opened();
        return Enumerable.Range(0, WalletApplet.SlotCount).Count(i => card.GetCoin((byte)i).State == SlotState.Pending);
    }

    /// <summary>All log entries, with their coin.</summary>
    public IReadOnlyList<(LogState State, LoggedPayment Payment, CoinId Coin)> Log()
    {
        var card = Opened();
        return Enumerable.Range(0, WalletApplet.LogSize)
            .Select(i => card.ReadLog((byte)i))
            .Where(e => e.Payment is not null)
            .Select(e => (e.State, e.Payment!, card.GetCoin(e.Payment!.Slot).Cash!.Coin.Id))
            .ToList();
    }

    /// <summary>Sum of x.</summary>
    public Amount Balance() => Opened().GetBalance().Total;

    private WalletCard Opened()
    {
        if (!Card.IsPowered)
        {
            Card.PowerOn();
        }

        var card = new WalletCard(Card);
        card.Select();
        var status = card.Verify(Pin);
        return status.IsSuccess ? card : throw new CardRefusedException(status, status.Explain());
    }

    public void Dispose() => Card.Dispose();
}
