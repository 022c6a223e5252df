namespace HierCash.Issuer;

/// <summary>What every room of the issuer answers with; every file of the project sees it.</summary>
internal static class Answers
{
    public static LinkMessage Refuse(RefusalReason reason, string text) => new Refusal(reason, text).ToMessage();
}
