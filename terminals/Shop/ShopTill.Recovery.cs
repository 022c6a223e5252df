using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Terminals;

namespace HierCash.Shop;

/// <summary>Payments that do not end in OK: given up, voided, and made good when the card comes back (holes 1 and 2).</summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// Gives a payment up for good; with the card at hand it gets its money back at once. May be repeated when the card comes back
    /// later: then the till first learns whether the card had signed when it was pulled.
    /// </summary>
    public TillResult GiveUp(Ticket ticket, ICardChannel? channel = null) => GiveUp(ticket, channel, "The payment was cancelled.");

    private TillResult GiveUp(Ticket ticket, ICardChannel? channel, string message)
    {
        var current = Reload(ticket);
        if (current.State is TicketState.Accepted or TicketState.Refunded)
        {
            return End(current, TillOutcome.Accepted, "This payment was accepted before and cannot be cancelled here.");
        }

        WalletCard? card = null;
        try
        {
            if (channel is not null)
            {
                card = new WalletCard(channel);
                card.Select();
                Recover(current, card);
            }
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException)
        {
            card = null;
        }

        return Refuse(current, card, message);
    }

    /// <summary>
    /// For a card that comes back: what it signed for payments that were cut short is voided, and it gets every S_W that it never
    /// got. Payments that another card signed stay as they are.
    /// </summary>
    /// <returns>The payments that were cancelled.</returns>
    public IReadOnlyList<TillResult> MakeGood(ICardChannel channel)
    {
        var ended = new List<TillResult>();
        try
        {
            var card = new WalletCard(channel);
            card.Select();
            foreach (var ticket in OpenTickets)
            {
                if (Signed(ticket, card) is not null || Parts(ticket.Time).Count > 0)
                {
                    ended.Add(GiveUp(ticket, channel));
                }
            }

            card.Select();
            Restore(card, _store.Read(TillStore.Undelivered));
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException)
        {
            // No wallet, or gone again: nothing is lost, it can come back once more.
        }

        return ended;
    }

    /// <summary>What the card signed for the rest of this payment, if it did; any other card signs nothing.</summary>
    private CashPayment? Signed(Ticket ticket, WalletCard card)
    {
        var rest = Rest(ticket);
        return !rest.IsZero && card.Pay(PayCommand.Repeat(ticket.Time, W, rest, _scheme.Terms.Currency), out var reply).IsSuccess && reply?.Coin is { } coin
            ? Payment(coin, ticket, rest, reply)
            : null;
    }

    /// <summary>Learns the H whose way to the till was cut: what the card signed must be known to be voided.</summary>
    private void Recover(Ticket ticket, WalletCard card)
    {
        if (Signed(ticket, card) is { } h && h.Verify(_suite))
        {
            _store.Write(db =>
            {
                TillStore.Hold(db, h);
                return true;
            });
        }
    }

    private Amount Rest(Ticket ticket) =>
        ticket.Amount - Parts(ticket.Time).Aggregate(Amount.Zero, (sum, p) => sum + p.H.Paid);

    /// <summary>NG: first never to be sent, on disk; then S_W to the card, which restores x.</summary>
    private TillResult Refuse(Ticket ticket, WalletCard? card, string message)
    {
        _store.Write(db =>
        {
            TillStore.GiveUp(db, ticket.Time, h => _key.Sign(SignedMessage.Void(h.Id, W)));
            return true;
        });
        _crash.Reach(CrashPoints.PaymentGivenUp);
        LogRefused(ticket.Amount);
        var voided = Parts(ticket.Time).Where(p => p.SW is not null).ToList();
        if (voided.Count > 0 && !Restore(card, voided))
        {
            message += " The card must come back to this till to get back what it signed.";
        }

        if (Parts(ticket.Time).Any(p => p.SW is null))
        {
            message += " The issuer may have it: it has to answer before the card gets back what it signed.";
        }

        return End(ticket, TillOutcome.Refused, message);
    }

    /// <summary>Gives the card its S_W; true if it has taken all of them.</summary>
    private bool Restore(WalletCard? card, List<Part> voided)
    {
        bool all = card is not null;
        try
        {
            foreach (var part in card is null ? [] : voided)
            {
                bool taken = card!.Void(part.H.Coin.Id, part.H.Seq, _key.PublicKey, part.SW!).IsSuccess;
                all &= taken;
                if (taken)
                {
                    _store.Write(db =>
                    {
                        TillStore.Delivered(db, part.H.Id);
                        return true;
                    });
                }
            }

            return all;
        }
        catch (CardChannelException)
        {
            return false;
        }
    }
}
