namespace HierCash.Bank;

/// <summary>A case of overspending as the bank shows it.</summary>
/// <param name="File">The evidence, with reversals that were filed.</param>
/// <param name="Finding">Who has to answer, with all that was heard, in time or late.</param>
/// <param name="Fell">
/// Since when nothing can be claimed on it any more, because what stands is within X; null while the accusation stands.
/// </param>
/// <param name="Heard">Rebuttals that struck something out.</param>
public sealed record CaseView(Evidence File, EvidenceFinding Finding, Timestamp? Fell, Amount Claimed, int Heard)
{
    /// <summary>For programs: Stands, Fell, ShopToAnswer, Shop, Issuer or Bank.</summary>
    public string Verdict => Finding.IsProven ? "Stands" : Finding.Culprit is Culprit.Nobody ? "Fell" : Finding.Culprit.ToString();

    /// <summary>For people: whether the accusation stands, and who has to answer.</summary>
    public string Say => (Fell, Finding.IsProven) switch
    {
        (null, true) => "it stands",
        (null, false) => $"it was rebutted too late for money: claims stand, blame does not. {Finding.Finding}",
        ({ } date, _) => $"it fell on {date}: {Finding.Finding}",
    };

    /// <summary>For people: what was found, what the holder was told, what is claimed.</summary>
    public string Show(Currency currency) =>
        $"{File.Dossier.Spent.Show(currency)} signed with a coin of {File.Order.FaceValue.Show(currency)}"
        + (File.Reversals.Count > 0 ? $", {File.Reversals.Count} payments taken back since" : "")
        + $"; found on {File.Date}, told on {File.Notice.Date}, to be rebutted before {File.Notice.Until}; {Claimed.Show(currency)} "
        + $"claimed. Verdict: {Say.TrimEnd('.')}.";
}
