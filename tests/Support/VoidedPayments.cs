namespace HierCash.Tests;

/// <summary>What tests ask of the answers to a void.</summary>
internal static class VoidedPayments
{
    extension(VoidedPayment)
    {
        /// <summary>The reversal in the answer to any of the three messages; null where the message is no such answer.</summary>
        public static Reversal? ReversalOf(LinkMessage reply) =>
            reply.As<ForwardVoidReply>()?.Reversal ?? reply.As<BankVoidReply>()?.Reversal ?? reply.As<UploadVoidReply>()?.Reversal;
    }
}
