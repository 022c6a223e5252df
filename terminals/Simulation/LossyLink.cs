namespace HierCash.Simulation;

/// <summary>What may go wrong with one call.</summary>
public enum LinkFault { None, LoseRequest, LoseReply }

/// <summary>A link that loses what its plan says: the request before it arrives, or the reply after the work was done.</summary>
public sealed class LossyLink(ILink inner, Func<LinkMessage, LinkFault> plan) : ILink
{
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var fault = plan(request);
        if (fault == LinkFault.LoseRequest)
        {
            throw new LinkException("The request was lost.");
        }

        var reply = await inner.Call(request, cancel);
        return fault == LinkFault.LoseReply ? throw new LinkException("The reply was lost.") : reply;
    }
}
