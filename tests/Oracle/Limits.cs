namespace HierCash.Oracle;

/// <summary>What the scheme prints for everyone to read: within these limits somebody honest may lose money. Minor units.</summary>
/// <param name="FloorLimit">Most that one payment may be to be guaranteed, or to be taken without the issuer.</param>
/// <param name="GuaranteeCap">Most that is guaranteed to one shop account in <paramref name="GuaranteeSpan"/>.</param>
/// <param name="GuaranteeWindow">How soon after TIME a payment must reach the issuer to be guaranteed.</param>
/// <param name="HotListMaxAge">How old a till's hot list may be.</param>
/// <param name="CancelGrace">How long after that payments of a lost card still count.</param>
/// <param name="SettlePeriod">How long after TIME a payment may be submitted.</param>
/// <param name="UnderWay">How soon after TIME an answer is no contact yet.</param>
/// <param name="NoPinLimit">Most that a stolen card pays without its PIN.</param>
public sealed record Limits(
    long FloorLimit, long GuaranteeCap, TimeSpan GuaranteeSpan, TimeSpan GuaranteeWindow, TimeSpan HotListMaxAge, TimeSpan CancelGrace,
    TimeSpan SettlePeriod, TimeSpan UnderWay, long NoPinLimit);

/// <summary>What somebody is in the scheme.</summary>
public enum PartyKind { Holder, Shop, Bank, Issuer }

/// <summary>Who held the card that signed.</summary>
public enum Hand
{
    /// <summary>The holder, who wanted to pay.</summary>
    Owner,

    /// <summary>A copy of the card, in the hands of its own holder: only a cheater has one.</summary>
    Copy,

    /// <summary>Somebody who found or stole the card.</summary>
    Thief,

    /// <summary>A shop that made the card sign without its holder's knowledge.</summary>
    Shop,
}

/// <param name="Bank">Where the party's account is; empty for banks and the issuer.</param>
public sealed record Party(string Name, PartyKind Kind, bool Cheats, string Bank);

/// <summary>One answer of the oracle.</summary>
/// <param name="Question">1 to 5: the five questions of the truth oracle.</param>
/// <param name="Sentence">In plain words.</param>
public sealed record Finding(int Question, string Sentence)
{
    public override string ToString() => $"Question {Question}: {Sentence}";
}
