namespace HierCash.Issuer;

/// <summary>
/// A holder gives what is left of a coin back to the account (hole 9): a payment of all of x to W0, with the same evidence as any other.
/// </summary>
internal sealed class Redemption(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement, TimeProvider clock,
    ICrashPoints crash)
{
    private readonly Judgement _judgement = new(suite, keys, issuer, terms, agreement);

    public LinkMessage Handle(LinkMessage request)
    {
        if (Judgement.Read(request.Body) is not { } h)
        {
            return Refuse(RefusalReason.Malformed, "The redemption is malformed.");
        }

        if (!_judgement.IsGenuine(h))
        {
            return Refuse(RefusalReason.BadSignature, "The redemption's signatures do not verify.");
        }

        if (!h.IsClose)
        {
            return Refuse(RefusalReason.NotAllowed, "A redemption closes a coin: it pays all of its balance to the issuer itself.");
        }

        var now = Timestamp.Now(clock);
        var redeemed = new Submitted(h, request.Body, null, null, default);
        var answer = store.Write(db => new RedeemReply(_judgement.Judge(db, redeemed, now)).ToMessage());
        crash.Reach(CrashPoints.RedeemCommitted);
        return answer;
    }
}
