using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol.Commands;
using HierCash.Terminals;

namespace HierCash.Shop;

/// <summary>OK.</summary>
public sealed partial class ShopTill
{
    /// <summary>OK, if nothing that came in the background speaks against it: what is told to this till while the card is in counts (rule R17, hole 11).</summary>
    /// <param name="isSettled">The issuer has paid it: neither the till's key nor the hot list matters any more.</param>
    private TillResult Accept(Sale ticket, WalletCard card, PaymentProfile profile, bool isSettled)
    {
        string notice = Parts(ticket.Time).Any(p => IssuerKeyed.IsSaidOf(p.H.Coin)) ? IssuerKeyed.ForShop : "";
        if (notice.Length > 0)
        {
            BeforeOk?.Invoke(notice);
        }

        // In the transaction that says OK: a settlement beside this, or another process, may have been told at any moment before.
        var (state, isRevoked, heard) = _store.Write(db =>
        {
            var now = TillStore.Find(db, ticket.Time)!.State;
            bool counts = now == TicketState.Open;
            Switches.On("R4 ended", ref counts);
            bool revoked = !isSettled && IsRevoked(db);
            var fault = isSettled ? null : PaymentCheck.FindHeld(db, ticket);
            if (counts && !revoked && fault is null)
            {
                TillStore.Accept(db, ticket.Time);
                now = TicketState.Open;
            }

            return (now, revoked, fault);
        });
        if (state != TicketState.Open)
        {
            // Given up beside this: what the card has signed since goes back too.
            return state == TicketState.Accepted ? End(ticket, TillOutcome.Accepted, "This payment has ended before.") : Refuse(ticket, card, "This payment has ended before.");
        }

        if (isRevoked || heard is not null)
        {
            return Refuse(ticket, card, isRevoked ? WhyRevoked! : heard!.Message);
        }

        _crash.Reach(CrashPoints.PaymentAccepted);
        LogAccepted(ticket.Amount);
        var result = End(ticket, TillOutcome.Accepted, $"{notice} Paid {ticket.Amount.Show(_scheme.Terms.Currency)}. Thank you.".TrimStart());
        bool confirms = profile == PaymentProfile.Claim;
        Switches.Off("variant OK", ref confirms);
        if (confirms)
        {
            try
            {
                foreach (var h in result.Payments)
                {
                    card.Confirm(h.Coin.Id, h.Seq);
                }
            }
            catch (CardChannelException)
            {
                // OK was said and H is on disk; the mark on the receipt is all that is missing (hole 1).
            }
        }

        return result;
    }
}
