namespace HierCash.Protocol.Cash;

/// <summary>What a dossier or an evidence file proves, in order of precedence: the first that applies.</summary>
public enum Proof
{
    /// <summary>A certificate is not the scheme's, or is not for that use.</summary>
    CertificateInvalid = 0,

    /// <summary>The issuer did not sign the header, or the pages are not those that it names.</summary>
    HeaderInvalid = 7,

    /// <summary>m enciphered under PE_I is not E_I, or P is not a signature by N_U: the opening belongs to another request.</summary>
    OpeningMismatch = 1,

    /// <summary>A payment's coin is not the one that m asks for (N_U, X, currency, TM), or the payments are of several coins.</summary>
    OtherCoin = 2,

    /// <summary>S_I or S_U of a payment does not verify.</summary>
    PaymentInvalid = 3,

    /// <summary>
    /// A receipt is not the issuer's for this payment, or says that it does not count, or a submission is not the paid till's.
    /// </summary>
    ReceiptInvalid = 8,

    /// <summary>More is claimed than exceeds X, or than the receipts guarantee.</summary>
    ClaimInvalid = 9,

    /// <summary>Valid payments, each seq once, together not above X: nothing is wrong.</summary>
    Nothing = 4,

    /// <summary>
    /// Two messages for one coin id and seq, together not above X: a cloned or broken card, but no identity is due (hole 19).
    /// </summary>
    Equivocation = 5,

    /// <summary>The sum of y exceeds X: the holder of N_U overspent.</summary>
    Excess = 6,
}
