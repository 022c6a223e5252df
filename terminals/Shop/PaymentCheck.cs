using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Shop;

/// <summary>Why a till does not take an H.</summary>
/// <param name="IsVoidable">S_U is good, so the card must get S_W.</param>
internal sealed record PaymentFault(string Message, bool IsVoidable);

/// <summary>What a till checks offline (EP 0810563, claim 4, step 7c; hole 12): both signatures, and everything that it can know.</summary>
internal sealed class PaymentCheck(ICashSuite suite, Scheme scheme)
{
    /// <summary>The first thing that is wrong, or null.</summary>
    public PaymentFault? Find(Database db, CashPayment h, Ticket ticket, Amount rest)
    {
        // Whatever else is wrong: if the card signed, it debited, and only S_W gives that back.
        bool signed = h.Verify(suite);
        Switches.On("step 7 S_U", ref signed);
        var terms = h.Coin.Terms;
        if (terms.Issuer != scheme.Issuer || scheme.Find(KeyUsage.IssuerCoin, terms.IssuerKey) is not { } issuer)
        {
            return new PaymentFault("The card's cash is from an issuer that this till does not know.", signed);
        }

        bool genuine = h.Coin.Verify(suite, issuer);
        Switches.On("step 7 S_I", ref genuine);
        if (!genuine)
        {
            return new PaymentFault("The issuer's signature on the card's cash is not valid. Do not give the goods.", signed);
        }

        if (!signed)
        {
            return new PaymentFault("The card's signature on the payment is not valid. Do not give the goods.", false);
        }

        if (terms.Currency != scheme.Terms.Currency)
        {
            return new PaymentFault($"The card holds {terms.Currency}; this till takes {scheme.Terms.Currency}.", true);
        }

        if (IssuerKeyed.IsSaidOf(h.Coin) && TillStore.RefusesIssuerKeyed(db))
        {
            return new PaymentFault("The card's cash is issuer-keyed, which this till does not take.", true);
        }

        bool more = h.Paid > rest;
        Switches.Off("claim 13", ref more);
        if (more)
        {
            return new PaymentFault("The card signed more than was asked for.", true);
        }

        bool expired = ticket.Time >= terms.Expiry.End;
        Switches.Off("hole 9 till", ref expired);
        if (expired)
        {
            return new PaymentFault($"The card's cash expired at the end of {terms.Expiry}. Its holder can redeem it.", true);
        }

        bool hot = HotListStore.Holds(db, h.Coin.Id);
        Switches.Off("hole 11 hot", ref hot);
        if (hot)
        {
            return new PaymentFault("This card was reported as lost, or copied. Do not give the goods.", true);
        }

        bool copy = TillStore.HasOther(db, h);
        Switches.Off("hole 24 till", ref copy);
        if (copy)
        {
            return new PaymentFault("This coin paid here before under the same counter: the card is a copy or broken.", true);
        }

        // What is in the store already is this very H, repeated.
        bool known = TillStore.Parts(db, ticket.Time).Any(p => p.H.Id == h.Id);
        return !known && TillStore.TakenFrom(db, h.Coin.Id) + h.Paid > terms.FaceValue
            ? new PaymentFault("This coin has paid its whole face value here already: the card is a copy or broken.", true)
            : null;
    }
}
