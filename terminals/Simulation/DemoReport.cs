namespace HierCash.Simulation;

/// <summary>What the demo has shown.</summary>
/// <param name="Reader">Where terminals met cards.</param>
/// <param name="Withdrawn">Cash that reached cards.</param>
/// <param name="Paid">All payments that the shop accepted, the overspent ones too.</param>
/// <param name="Settled">What reached the shop's account.</param>
/// <param name="Overspent">Payments above the coin's face value.</param>
/// <param name="TracedUser">Whom the evidence names.</param>
/// <param name="PaymentBits">Fast profile.</param>
/// <param name="PaymentBitsClaim">Claim profile.</param>
/// <param name="PaymentApdus">Fast profile, SELECT included.</param>
/// <param name="PaymentBytes">All bytes of that payment, both directions.</param>
/// <param name="BankSawNU">N_U in a database, log or message of a bank before the trace.</param>
/// <param name="IssuerSawU">U in a database, log or message of the issuer, at any time.</param>
public sealed record DemoReport(
    string Reader, Currency Currency, Amount Withdrawn, Amount Paid, Amount Settled, Amount Overspent, string? TracedUser,
    bool EvidenceProven, bool AuditOk, IReadOnlyList<string> AuditFindings, int PaymentBits, int PaymentBitsClaim, int PaymentApdus,
    int PaymentBytes, bool BankSawNU, bool IssuerSawU, IReadOnlyList<string> PrivacyFindings, string Scheme);
