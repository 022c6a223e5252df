using System.Data.Common;

namespace HierCash.Shop;

/// <summary>
/// What this till owes to cards, and which card it gives it to. Nobody gets an S_W who does not show S_U of that very payment, and only
/// such a card is believed to have taken it: something that says 9000 to everything changes nothing (rule R4). A card that comes costs a
/// bounded number of APDUs.
/// </summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// So many payments a card is asked about at most, each with one APDU: half of them the newest, half those that were asked about
    /// longest ago.
    /// </summary>
    public const int MostAsked = 16;

    /// <summary>The same while a customer pays, of payments that went before their answer.</summary>
    public const int MostAskedWhilePaying = 4;

    /// <summary>True if a card that comes may be owed something by this till.</summary>
    public bool HasOffers => _store.Read(db => CoinPaymentTable.CountOffers(db, Timestamp.Now(_clock)) > 0);

    /// <summary>
    /// For a card that is put in without a payment: it gets every S_W that is its own, of those that it is asked about. It signs nothing.
    /// </summary>
    /// <returns>What it has got back.</returns>
    public Amount GiveBack(ICardChannel channel)
    {
        var given = Amount.Zero;
        if (!HasOffers)
        {
            return given;
        }

        try
        {
            var card = new WalletCard(channel);
            card.Select();
            GiveBack(card, Offers(), ref given);
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException)
        {
            // No wallet, or gone again: it can come back once more.
        }

        return given;
    }

    /// <summary>
    /// For a card that lacks money for a payment: maybe this till owes it some. Payments of which another card signed a coin payment stay
    /// as they are.
    /// </summary>
    /// <param name="now">The payment that is under way.</param>
    private (Amount Given, IReadOnlyList<TillResult> Ended) RecoverInterrupted(WalletCard card, Sale now)
    {
        var ended = new List<TillResult>();
        var open = OpenSales.Where(t => t.Time != now.Time).OrderByDescending(t => t.Time).Take(MostAsked).ToList();
        var unseen = open.Where(t => CoinPayments(t.Time).Count == 0).ToList();
        ended.AddRange(EndSigned(card, unseen, MostAsked));
        ended.AddRange(open.Except(unseen).Where(t => Shows(card, CoinPayments(t.Time)[0].H, out _))
            .Select(t => Cancel(t, card, "The payment was cancelled.")));
        var given = Amount.Zero;
        GiveBack(card, Offers(), ref given);
        return (given, ended);
    }

    /// <summary>
    /// After OK. A card that is owed nothing has seen two APDUs, and sees no more: what is owed is found by the coin that it has just paid
    /// with. If few payments of this coin are missing here, they may be some that were cut short at this till before their answer came:
    /// then as many of the newest are asked for (rule R31).
    /// </summary>
    private TillResult GiveBackAfter(TillResult accepted, WalletCard card)
    {
        var given = Amount.Zero;
        var ended = new List<TillResult>();
        try
        {
            var coins = accepted.Payments.Select(h => h.Coin.Id).ToHashSet();
            var owed = _store.Read(db => coins.SelectMany(c => CoinPaymentTable.OffersOf(db, c, Timestamp.Now(_clock), MostAsked))
                .ToList());
            GiveBack(card, owed, ref given);
            var open = OpenSales.Where(t => t.Time != accepted.Sale.Time).ToList();
            var its = open.Where(t => CoinPayments(t.Time).Any(p => coins.Contains(p.H.Coin.Id))).ToList();
            ended.AddRange(its.Select(t => Cancel(t, card, "The payment was cancelled.")));
            foreach (var (count, since) in _store.Read(
                db => accepted.Payments.Select(h => CoinPaymentTable.Missing(db, h.Coin.Id, h.Seq)).ToList()))
            {
                if (count is > 0 and <= MostAskedWhilePaying)
                {
                    ended.AddRange(EndSigned(card, open.Except(its).Where(t => t.Time > since && CoinPayments(t.Time).Count == 0),
                        (int)Math.Clamp(count, 0, MostAskedWhilePaying)));
                }
            }
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException or DbException or IOException)
        {
            // OK is on disk, and whatever goes wrong now does not make it a refusal; what is owed waits until the card comes back.
        }

        string more = given.IsZero ? "" : $" {given.Show(_scheme.Terms.Currency)} of an earlier payment are on the card again.";
        return accepted with { Message = accepted.Message + more, Ended = [.. accepted.Ended, .. ended] };
    }

    /// <summary>
    /// For a card that went before its answer came, when it is put in again: it shows what it had signed, and gets it back in this contact.
    /// It signs nothing, and what it shows is never sent to the issuer (rule R31).
    /// </summary>
    /// <returns>The payments that ended, none if this card signed none of them.</returns>
    /// <exception cref="CardChannelException">The card is gone; ask again.</exception>
    public IReadOnlyList<TillResult> AskUnseenSales(ICardChannel channel)
    {
        var card = new WalletCard(channel);
        card.Select();
        return EndSigned(card, UnseenSales, int.MaxValue);
    }

    /// <summary>
    /// S_W that no card has taken. Half of them are the newest: first of coins whose key is known, first what no card speaks of. The others
    /// are those of which a card was asked longest ago, so nobody keeps a card from what it is owed by having more payments of his own
    /// taken back.
    /// </summary>
    private List<CoinPayment> Offers(int most = MostAsked) => _store.Read<List<CoinPayment>>(db =>
    {
        var now = Timestamp.Now(_clock);
        var newest = CoinPaymentTable.NewestOffers(db, now, most / 2);
        var chosen = newest.Select(p => p.H.Id).ToHashSet();
        return [.. newest, .. CoinPaymentTable.LongestWaitingOffers(db, now, most).Where(p => !chosen.Contains(p.H.Id))
            .Take(most - newest.Count)];
    });

    /// <summary>
    /// Ends payments of whose answer this till saw nothing, if this card signed them: the newest of those that a wallet cannot have
    /// declared dead yet.
    /// </summary>
    private List<TillResult> EndSigned(WalletCard card, IEnumerable<Sale> sales, int most)
    {
        var ended = new List<TillResult>();
        var now = Timestamp.Now(_clock);
        foreach (var sale in sales.Where(t => now <= t.Time.Plus(_scheme.Terms.SettlePeriod)).OrderByDescending(t => t.Time).Take(most)
            .ToList())
        {
            // Anybody makes a coin of an unknown key, and signs with it what another card was asked for: that ends nothing.
            if (Signed(sale, card) is (var h, true))
            {
                Hold(h, true);
                ended.Add(Refuse(sale, card, "The payment was cancelled.", signed: h));
            }
        }

        return ended;
    }

    private void GiveBack(WalletCard card, List<CoinPayment> owed, ref Amount given)
    {
        var asked = new List<PaymentId>();
        try
        {
            foreach (var payment in owed)
            {
                if (Give(card, payment, isShown: false) == Delivery.Taken)
                {
                    given += payment.H.Paid;
                }

                asked.Add(payment.H.Id);
            }
        }
        finally
        {
            if (asked.Count > 0)
            {
                _store.Write(db => CoinPaymentTable.Asked(db, asked));
            }
        }
    }

    /// <summary>Gives the card one S_W, if it is this card's.</summary>
    /// <param name="isShown">This card has shown S_U of that payment in this contact.</param>
    /// <exception cref="CardChannelException">The card is gone.</exception>
    private Delivery Give(WalletCard card, CoinPayment payment, bool isShown)
    {
        bool said = false;
        var how = (isShown || Shows(card, payment.H, out said), said) switch
        {
            (true, _) => card.Void(payment.H.Coin.Id, payment.H.Seq, _key.PublicKey, payment.SW!).IsSuccess
                ? Delivery.Taken : Delivery.None,
            (_, true) => Delivery.Said,
            _ => Delivery.None,
        };
        if (how != Delivery.None)
        {
            _store.Write(db => CoinPaymentTable.Delivered(db, payment.H.Id, how));
        }

        return how;
    }

    /// <summary>
    /// Asks the card for the payment, by PAY that only shows: whose it is shows S_U as this till has it. To any other card that tells TIME
    /// and y, and no coin.
    /// </summary>
    /// <param name="said">It says that it has the money back; without S_U, so anybody can say it.</param>
    private bool Shows(WalletCard card, CashPayment h, out bool said)
    {
        var sale = _store.Read(db => SaleTable.Find(db, h.Time))!;
        var asked = Rest(sale, Payments(sale).TakeWhile(p => p.Id != h.Id));
        var status = card.Pay(PayCommand.Repeat(h.Time, W, asked, _scheme.Terms.Currency), out var reply);
        said = status == WalletStatus.AlreadyDone;
        return status.IsSuccess && reply?.Coin is { } coin && Payment(coin, sale, asked, reply) is var shown && shown.Id == h.Id
            && shown.SU.AsSpan().SequenceEqual(h.SU);
    }

    /// <summary>A key that came since says whether a coin is good. What is not is nobody's money (rule R10).</summary>
    private void JudgeUnknownKeys()
    {
        var judged = _store.Read(db => CoinPaymentTable.OfUnknownKeys(db, Timestamp.Now(_clock)))
            .Select(p => (p.H, Key: _check.KeyOf(p.H.Coin))).Where(p => p.Key is not null)
            .Select(p => (p.H, IsForged: _check.IsForged(p.H.Coin, p.Key))).ToList();
        if (judged.Count > 0)
        {
            _store.Write(db => judged.Sum(j => j.IsForged
                ? CoinPaymentTable.DropOfUnknownKey(db, j.H.Id) : CoinPaymentTable.KeyIsKnown(db, j.H.Id, OfferedUntil(j.H.Coin))));
        }
    }
}
